import { type Clock, type WorkspaceInfo } from '@trellis-crm/sdk';
import type { Config } from '@trellis-crm/config';
import type { BaseLogger } from 'pino';
import type { InjectionToken } from 'tsyringe';
import { auditAccess, differences } from '../auth/access-audit.js';
import type { Identity } from '../auth/identity.js';
import type { Database } from '../database/database.js';
import type { Signals } from '../database/signals.js';
import { checkSettings } from './settings-checks.js';
import { readSettings, writeSettings, type StoredSettings } from './settings-store.js';
import { defaultSettings, type WorkspaceSettings } from './workspace-settings.js';
import { refuseStale, type AskedVersion } from '../kernel/asked-version.js';

/** The workspace's settings, known without asking: a change in any process is seen within a second. */
export interface Settings {
  /** As of the last change heard of. */
  current(): WorkspaceSettings;
  /** What anybody may know. */
  info(): WorkspaceInfo;
  /** From the database, with the version for the next change. */
  read(): Promise<StoredSettings>;
  /**
   * Changes the given values.
   * @param version the change is refused when the settings have another one; `'*'` forces
   * @throws StaleError `stale_version`, ValidationError
   */
  update(
    patch: Partial<WorkspaceSettings>,
    change: { readonly version: AskedVersion; readonly by: Identity },
  ): Promise<StoredSettings>;
  /** Reads anew what {@link current} says; at the start, and after a change made in a transaction of somebody else's. */
  refresh(): Promise<void>;
}

/** The workspace's settings. */
export const Settings: InjectionToken<Settings> = Symbol('Settings');

/** Channel on which the database tells of a change. */
const settingsChannel = 'trellis_settings';

/** What the service needs from elsewhere. */
export interface SettingsParts {
  readonly database: Pick<Database, 'knex' | 'tx'>;
  readonly signals: Signals;
  readonly clock: Clock;
  readonly config: Config;
  readonly log: BaseLogger;
}

/** Creates the service; it knows the defaults until the first {@link Settings.refresh}. */
export function createSettings(parts: SettingsParts): Settings {
  const { database, signals, clock, config, log } = parts;
  let values: WorkspaceSettings = defaultSettings;
  let info = toInfo(values, config);
  const learn = (learned: WorkspaceSettings): void => {
    values = learned;
    info = toInfo(learned, config);
  };
  const refresh = async (): Promise<void> => learn((await readSettings(database.knex)).values);
  const refreshSoon = (): void => {
    refresh().catch((error: unknown) => log.warn({ err: error }, 'workspace settings could not be read'));
  };
  signals.on(settingsChannel, refreshSoon);
  signals.onConnected(refreshSoon);
  return {
    current: () => values,
    info: () => info,
    read: () => readSettings(database.knex),
    refresh,
    async update(patch, { version, by }) {
      const stored = await database.tx(async (trx) => {
        const before = await readSettings(trx, { lock: true });
        refuseStale(version, before.version);
        const after = { ...before.values, ...patch };
        checkSettings(after);
        const at = clock.now();
        const changes = differences<unknown>(before.values, after);
        await auditAccess(trx, { entity: 'core.settings', recordId: null, verb: 'updated', changes, by, at });
        return { values: after, version: await writeSettings(trx, after, { by: by.userId, at }) };
      });
      learn(stored.values);
      log.info({ fields: Object.keys(patch), actor: by.id }, 'workspace settings changed');
      return stored;
    },
  };
}

/** Links follow the configuration first: whoever runs the server knows how it is reached. */
function toInfo(values: WorkspaceSettings, config: Config): WorkspaceInfo {
  const publicUrl = config.publicUrl ?? values.publicUrl ?? `http://localhost:${config.port}`;
  return {
    name: values.companyName,
    baseCurrency: values.baseCurrency,
    timeZone: values.timeZone,
    locale: values.locale,
    publicUrl: publicUrl.replace(/\/+$/, ''),
  };
}
