import { parseArgs } from 'node:util';
import { fullSize, type DatasetSize } from './lab/dataset-sql.js';
import type { Effort } from './load/round.js';

/** How a bench runs. */
export interface BenchOptions {
  /** File for the results as JSON. */
  readonly json?: string;
  /** Folder that keeps the seeded database for the next run. */
  readonly keep?: string;
  /** Names of jobs; a name takes its variants along (`list` also `list-3-side-tables`). Empty: all. */
  readonly only: readonly string[];
  readonly rounds: number;
  readonly importRows: number;
  readonly effort: Effort;
  readonly size: DatasetSize;
  readonly logLevel: string;
}

/** Reads the command line. @throws Error for an option that does not exist */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({ args: [...args], options: known });
  const scale = Number(values.scale);
  return {
    ...(values.json === undefined ? {} : { json: values.json }),
    ...(values.keep === undefined ? {} : { keep: values.keep }),
    only: values.only?.split(',') ?? [],
    rounds: Number(values.rounds),
    importRows: Number(values['import-rows'] ?? Math.round((fullSize.contacts * scale) / 3)),
    effort: { connections: Number(values.connections), durationMs: Number(values.seconds) * 1000 },
    size: {
      accounts: Math.round(fullSize.accounts * scale),
      contacts: Math.round(fullSize.contacts * scale),
      activities: Math.round(fullSize.activities * scale),
      users: fullSize.users,
    },
    logLevel: values.log,
  };
}

const known = {
  json: { type: 'string' },
  keep: { type: 'string' },
  only: { type: 'string' },
  'import-rows': { type: 'string' },
  rounds: { type: 'string', default: '5' },
  seconds: { type: 'string', default: '2' },
  connections: { type: 'string', default: '16' },
  scale: { type: 'string', default: '1' },
  log: { type: 'string', default: 'info' },
} as const;
