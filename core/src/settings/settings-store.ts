import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { defaultSettings, type WorkspaceSettings } from './workspace-settings.js';

/** The settings as stored, defaults filled in; version 0 before the first set-up. */
export interface StoredSettings {
  readonly values: WorkspaceSettings;
  readonly version: number;
}

/** Reads the settings. */
export async function readSettings(knex: Knex, options: { readonly lock?: boolean } = {}): Promise<StoredSettings> {
  const query = knex<SettingsRow>('core.workspace_settings').first('version', 'values');
  const row = await (options.lock === true ? query.forUpdate() : query);
  if (row === undefined) return { values: defaultSettings, version: 0 };
  return { values: { ...defaultSettings, ...row.values }, version: row.version };
}

/** Puts settings in place of those there are. @returns the new version */
export async function writeSettings(
  trx: Knex.Transaction,
  values: WorkspaceSettings,
  change: { readonly by: Id | null; readonly at: Date },
): Promise<number> {
  const row = { values, updated_at: change.at, updated_by: change.by };
  const [written] = await trx<SettingsRow>('core.workspace_settings')
    .insert({ id: true, ...row })
    .onConflict('id')
    .merge({ ...row, version: trx.raw('workspace_settings.version + 1') as never })
    .returning('version');
  return written?.version ?? 1;
}

interface SettingsRow {
  readonly id: boolean;
  readonly version: number;
  readonly values: object;
  readonly updated_at: Date;
  readonly updated_by: Id | null;
}
