import type { Id, MailChannel } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { Identity } from '../auth/identity.js';
import type { KnownKind } from './kinds.js';

/** How one person is told one kind. */
export interface KindChannels {
  readonly kind: string;
  readonly app: boolean;
  readonly mail: MailChannel;
}

/** What a person chose about being told. */
export interface ToldSettings {
  /** Hour of the daily digest in the person's zone, 0 to 23. */
  readonly digestHour: number;
  /** All kinds that concern the person, defaults filled in. */
  readonly kinds: readonly KindChannels[];
}

/** When the digest leaves until somebody chooses. */
export const defaultDigestHour = 8;

/** Kinds that concern somebody, in the order they were contributed. */
export function kindsFor(kinds: ReadonlyMap<string, KnownKind>, identity: Identity): readonly KnownKind[] {
  return [...kinds.values()].filter(
    ({ permission }) => permission === undefined || identity.reach(permission) !== null,
  );
}

/** What somebody chose, of the kinds given. */
export async function readToldSettings(knex: Knex, user: Id, kinds: readonly KnownKind[]): Promise<ToldSettings> {
  const [settings, chosen] = await Promise.all([
    knex<SettingsRow>('core.notification_settings').where({ user_id: user }).first('digest_hour'),
    knex<ChannelRow>('core.notification_channels').where({ user_id: user }).select('kind', 'in_app', 'mail'),
  ]);
  const byKind = new Map(chosen.map(({ kind, in_app: app, mail }) => [kind, { app, mail }]));
  return {
    digestHour: settings?.digest_hour ?? defaultDigestHour,
    kinds: kinds.map(({ id, channels }) => ({ kind: id, ...channels, ...byKind.get(id) })),
  };
}

/** Stores what somebody chose; kinds that are not named stay as they are. */
export async function writeToldSettings(trx: Knex, user: Id, settings: Partial<ToldSettings>): Promise<void> {
  const { digestHour, kinds = [] } = settings;
  if (digestHour !== undefined)
    await trx('core.notification_settings')
      .insert({ user_id: user, digest_hour: digestHour })
      .onConflict('user_id')
      .merge(['digest_hour']);
  if (kinds.length === 0) return;
  const rows = kinds.map(({ kind, app, mail }) => ({ user_id: user, kind, in_app: app, mail }));
  await trx('core.notification_channels').insert(rows).onConflict(['user_id', 'kind']).merge(['in_app', 'mail']);
}

interface SettingsRow {
  readonly user_id: Id;
  readonly digest_hour: number;
}

interface ChannelRow {
  readonly user_id: Id;
  readonly kind: string;
  readonly in_app: boolean;
  readonly mail: MailChannel;
}
