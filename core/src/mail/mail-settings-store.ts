import { ValidationError, type Clock } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { auditAccess, differences } from '../auth/access-audit.js';
import type { Identity } from '../auth/identity.js';
import type { Database } from '../database/database.js';
import type { SealedText, SecretBox } from '../secrets/index.js';
import { defaultMailSettings, type MailSettings, type MailSettingsChange } from './mail-settings.js';
import { refuseStale, type AskedVersion } from '../kernel/asked-version.js';

/** The settings as stored; version 0 before anybody set them. */
export interface StoredMailSettings {
  readonly values: MailSettings;
  readonly version: number;
  /** Null: none was set, or another installation sealed it. */
  readonly password: string | null;
  readonly hasPassword: boolean;
}

/** Reads and changes how mail leaves. */
export interface MailSettingsStore {
  read(connection?: Knex): Promise<StoredMailSettings>;
  /** @throws StaleError `stale_version`; ValidationError when the password would be kept for another server */
  update(
    change: MailSettingsChange,
    as: { readonly version: AskedVersion; readonly by: Identity },
  ): Promise<StoredMailSettings>;
}

/** What the store needs from elsewhere. */
export interface MailSettingsParts {
  readonly database: Pick<Database, 'knex' | 'tx'>;
  readonly clock: Clock;
  readonly secrets: SecretBox;
}

/** Creates the store. */
export function createMailSettingsStore({ database, clock, secrets }: MailSettingsParts): MailSettingsStore {
  const opened = (row: SettingsRow = unset): StoredMailSettings => ({
    values: { ...defaultMailSettings, ...row.values },
    version: row.version,
    password: row.password === null ? null : (secrets.open(row.password) ?? null),
    hasPassword: row.password !== null,
  });
  return {
    read: async (connection = database.knex) => opened(await rowIn(connection)),
    update: (change, { version, by }) =>
      database.tx(async (trx) => {
        const before = await rowIn(trx, true);
        const { version: known, values: old, hasPassword } = opened(before);
        refuseStale(version, known);
        const { password, ...given } = change;
        const values = { ...old, ...given };
        if (hasPassword && password === undefined) refuseOtherServer(old, values);
        const at = clock.now();
        const sealed = sealedPassword(secrets, before, password);
        const written = await writeRow(trx, { values, password: sealed, updated_at: at, updated_by: by.userId });
        const told = {
          ...differences<unknown>({ ...old }, { ...values }),
          ...(password !== undefined && { password: {} }),
        };
        await auditAccess(trx, {
          entity: 'core.settings',
          recordId: null,
          verb: 'mail-changed',
          changes: told,
          by,
          at,
        });
        return opened(written);
      }),
  };
}

/** A password goes only to the server it was typed for: whoever points the settings elsewhere types it again. */
function refuseOtherServer(before: MailSettings, after: MailSettings): void {
  const isSame = before.host === after.host && before.port === after.port && before.security === after.security;
  if (isSame) return;
  const message = 'Type the password again: it was given for another server';
  throw new ValidationError('not_valid', {}, { errors: [{ pointer: '/password', code: 'password_again', message }] });
}

function sealedPassword(
  secrets: SecretBox,
  before: SettingsRow | undefined,
  password: string | null | undefined,
): SealedText | null {
  if (password === undefined) return before?.password ?? null;
  return password === null || password === '' ? null : secrets.seal(password);
}

interface SettingsRow {
  readonly version: number;
  readonly values: MailSettings;
  readonly password: SealedText | null;
}

const unset: SettingsRow = { version: 0, values: defaultMailSettings, password: null };

async function rowIn(connection: Knex, isLocked = false): Promise<SettingsRow | undefined> {
  const query = connection<SettingsRow>('core.mail_settings').first('version', 'values', 'password');
  return isLocked ? query.forUpdate() : query;
}

async function writeRow(trx: Knex.Transaction, row: object): Promise<SettingsRow | undefined> {
  const rows = await trx('core.mail_settings')
    .insert({ id: true, ...row })
    .onConflict('id')
    .merge({ ...row, version: trx.raw('mail_settings.version + 1') })
    .returning<SettingsRow[]>(['version', 'values', 'password']);
  return rows[0];
}
