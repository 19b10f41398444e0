/** From the fewest lines to none at all. */
export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** Everything an installation can be told at its start; what people change while it runs is a workspace setting instead. */
export interface Config {
  /** Port the server listens on; 0 = any free one. */
  readonly port: number;
  readonly host: string;
  /** Origin of all links, without a trailing slash; undefined = `http://localhost:<port>`. */
  readonly publicUrl: string | undefined;
  /** Number of proxies before the server whose forwarded headers are believed. */
  readonly trustProxy: number;
  /** Undefined = the embedded database. */
  readonly databaseUrl: string | undefined;
  /** Reaches the server itself when `databaseUrl` is a transaction pooler. */
  readonly databaseDirectUrl: string | undefined;
  /** Whether statements may be kept prepared. */
  readonly databasePrepare: boolean;
  /** Most connections a process keeps for requests. */
  readonly databasePoolSize: number;
  /** Private addresses and ranges that webhooks and the like may reach, with commas between them. */
  readonly outboundAllow: string;
  /** Absolute path of the embedded database, files and locks. */
  readonly dataDir: string;
  /** Most megabytes of one file that people keep with a record. */
  readonly fileMaxMb: number;
  /** Most megabytes of all such files together; 0 = no limit. */
  readonly filesQuotaMb: number;
  /** Absolute path of the folder whose sub-folders are plugins. */
  readonly pluginsDir: string;
  readonly logLevel: (typeof logLevels)[number];
  /** Milliseconds from which on a database statement is logged as slow; 0 = none. */
  readonly slowQueryMs: number;
  /** Port of `/metrics`; undefined = not served. */
  readonly metricsPort: number | undefined;
  readonly metricsHost: string;
  /** Number of server processes. */
  readonly processes: number;
  /** Most megabytes of JavaScript objects of one server process. */
  readonly processMemoryMb: number;
  /** Whether an empty installation is set up with demo users and records instead of the setup page. */
  readonly demo: boolean;
}

/** One setting as the documentation, the check and its error messages need it. */
export interface Setting {
  readonly type: 'integer' | 'string' | 'boolean';
  readonly title: string;
  readonly description: string;
  /** Name of the environment variable. */
  readonly env: string;
  /** What a right value is, to end the sentence "it must be …". */
  readonly expected: string;
  readonly default?: number | string | boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
}

const postgresUrl = { type: 'string', pattern: '^postgres(ql)?://[^\\s/]*/[^\\s/?]+' } as const;
const postgresForm = 'postgres://user:password@host:5432/database';

/** JSON Schema (2020-12) of `trellis.config.json`; each property names its environment variable in `env`. */
export const configSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Configuration of Trellis CRM',
  type: 'object',
  additionalProperties: false,
  properties: {
    port: {
      type: 'integer',
      title: 'Port',
      description: 'Port of the web server. 0 takes any free one and prints it.',
      env: 'PORT',
      expected: 'a whole number from 0 to 65535',
      default: 3000,
      minimum: 0,
      maximum: 65_535,
    },
    host: {
      type: 'string',
      title: 'Address',
      description: 'Address the web server listens on. 0.0.0.0 makes it reachable from other machines.',
      env: 'HOST',
      expected: 'a host name or an IP address',
      default: '127.0.0.1',
      pattern: '^[A-Za-z0-9:._%-]+$',
    },
    publicUrl: {
      type: 'string',
      title: 'Public address',
      description: 'Address under which people reach the installation; every link in mails and pages starts with it.',
      env: 'TRELLIS_PUBLIC_URL',
      expected: 'like https://crm.example.com, without a path',
      pattern: '^https?://[^/?#\\s]+/?$',
    },
    trustProxy: {
      type: 'integer',
      title: 'Trusted proxies',
      description: 'Number of proxies before the server; their X-Forwarded-* headers are believed, nobody else’s.',
      env: 'TRELLIS_TRUST_PROXY',
      expected: 'a whole number from 0 to 10',
      default: 0,
      minimum: 0,
      maximum: 10,
    },
    databaseUrl: {
      ...postgresUrl,
      title: 'Database',
      description: 'Connection string of a PostgreSQL 15 or newer. Without it the embedded one under dataDir is used.',
      env: 'DATABASE_URL',
      expected: postgresForm,
    },
    databaseDirectUrl: {
      ...postgresUrl,
      title: 'Database without pooler',
      description: 'Connection string that reaches the server itself; needed when databaseUrl is a transaction pooler.',
      env: 'DATABASE_DIRECT_URL',
      expected: postgresForm,
    },
    databasePrepare: {
      type: 'boolean',
      title: 'Prepared statements',
      description: 'Set to false behind a pooler that cannot keep prepared statements.',
      env: 'DATABASE_PREPARE',
      expected: 'true or false',
      default: true,
    },
    databasePoolSize: {
      type: 'integer',
      title: 'Connections',
      description: 'Most database connections of one server process for requests; jobs take up to 3 more.',
      env: 'DATABASE_POOL_SIZE',
      expected: 'a whole number from 2 to 200',
      default: 10,
      minimum: 2,
      maximum: 200,
    },
    outboundAllow: {
      type: 'string',
      title: 'Private addresses',
      description:
        'Addresses and ranges of your own network that webhooks and other outgoing requests may reach. Without it only public ones.',
      env: 'TRELLIS_OUTBOUND_ALLOW',
      expected: 'addresses and ranges such as 10.0.0.0/8, with commas between them',
      default: '',
      pattern: '^[0-9A-Fa-f:./, ]*$',
    },
    dataDir: {
      type: 'string',
      title: 'Data folder',
      description: 'Folder of the embedded database and of uploaded files, relative to the installation.',
      env: 'TRELLIS_DATA_DIR',
      expected: 'a path',
      default: './data',
      minLength: 1,
    },
    fileMaxMb: {
      type: 'integer',
      title: 'Largest file',
      description: 'Most megabytes of one file that people keep with a record.',
      env: 'TRELLIS_FILE_MAX_MB',
      expected: 'a whole number from 1 to 1024',
      default: 25,
      minimum: 1,
      maximum: 1024,
    },
    filesQuotaMb: {
      type: 'integer',
      title: 'Room for files',
      description: 'Most megabytes of all files that people keep with records. 0 = as much as the disk holds.',
      env: 'TRELLIS_FILES_QUOTA_MB',
      expected: 'a whole number from 0 to 100000000',
      default: 0,
      minimum: 0,
      maximum: 100_000_000,
    },
    pluginsDir: {
      type: 'string',
      title: 'Plugins folder',
      description: 'Folder whose sub-folders are plugins, relative to the installation.',
      env: 'TRELLIS_PLUGINS_DIR',
      expected: 'a path',
      default: './plugins',
      minLength: 1,
    },
    logLevel: {
      type: 'string',
      title: 'Log level',
      description: 'Least severe log line that is written.',
      env: 'TRELLIS_LOG_LEVEL',
      expected: 'one of fatal, error, warn, info, debug, trace, silent',
      default: 'info',
      enum: logLevels,
    },
    slowQueryMs: {
      type: 'integer',
      title: 'Slow queries',
      description:
        'Database statements that take this many milliseconds are logged with the plugin that ran them. 0 = none.',
      env: 'TRELLIS_SLOW_QUERY_MS',
      expected: 'a whole number from 0 to 600000',
      default: 500,
      minimum: 0,
      maximum: 600_000,
    },
    metricsPort: {
      type: 'integer',
      title: 'Port of the metrics',
      description: 'Port on which /metrics tells Prometheus about all processes. Without it nothing is served.',
      env: 'TRELLIS_METRICS_PORT',
      expected: 'a whole number from 1 to 65535',
      minimum: 1,
      maximum: 65_535,
    },
    metricsHost: {
      type: 'string',
      title: 'Address of the metrics',
      description: 'Address that /metrics is served on; it asks nobody for a password.',
      env: 'TRELLIS_METRICS_HOST',
      expected: 'a host name or an IP address',
      default: '127.0.0.1',
      pattern: '^[A-Za-z0-9:._%-]+$',
    },
    processes: {
      type: 'integer',
      title: 'Server processes',
      description: 'Number of server processes on this machine; about one per core when one is not enough.',
      env: 'TRELLIS_PROCESSES',
      expected: 'a whole number from 1 to 64',
      default: 1,
      minimum: 1,
      maximum: 64,
    },
    processMemoryMb: {
      type: 'integer',
      title: 'Memory of a process',
      description:
        'Most megabytes that the objects of one server process may take; one that takes them, or half as much again in all, is replaced.',
      env: 'TRELLIS_PROCESS_MEMORY_MB',
      expected: 'a whole number from 128 to 65536',
      default: 1024,
      minimum: 128,
      maximum: 65_536,
    },
    demo: {
      type: 'boolean',
      title: 'Demo',
      description: 'Sets an empty installation up with demo users and removable demo records.',
      env: 'TRELLIS_DEMO',
      expected: 'true or false',
      default: false,
    },
  } satisfies Record<keyof Config, Setting>,
};
