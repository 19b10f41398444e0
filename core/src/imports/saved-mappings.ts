import { ConflictError, NotFoundError, type Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { uuidV7 } from '../database/uuid-v7.js';
import type { ImportPlan } from './plan/import-plan.js';

/** A plan that somebody kept under a name. */
export interface SavedMapping {
  readonly id: Id;
  readonly name: string;
  /** Offered to everybody who may import the entity. */
  readonly isShared: boolean;
  /** Whether it is the asker's own. */
  readonly isOwn: boolean;
  readonly plan: ImportPlan;
}

/** Who asks, and about rows of what. */
export interface MappingQuestion {
  readonly entity: string;
  /** Null for who keeps nothing: the operator. */
  readonly userId: Id | null;
}

/** Which of the mappings that somebody may know. */
export interface MappingPage {
  readonly userId: Id | null;
  readonly entities: readonly string[];
  /** The last one seen; null for the first page. */
  readonly after: Id | null;
  readonly limit: number;
}

/** Mappings that people keep: private ones, and those they share. */
export interface Mappings {
  /** Own and shared ones of an entity all of whose columns a file has, by name. */
  fitting(question: MappingQuestion, header: readonly string[]): Promise<readonly SavedMapping[]>;
  /** Own and shared ones of some entities, in the order in which they were made. */
  list(question: MappingPage): Promise<readonly SavedMapping[]>;
  /** An own or shared one; null when there is none. */
  find(userId: Id | null, id: Id): Promise<SavedMapping | null>;
  /** Keeps a plan under a name of one's own; the same name again replaces it. @returns its id @throws ConflictError `too_many_mappings` */
  keep(userId: Id, mapping: Pick<SavedMapping, 'name' | 'isShared' | 'plan'>): Promise<Id>;
  /** @throws NotFoundError `mapping_not_found`: absent, or somebody else's */
  forget(userId: Id | null, id: Id): Promise<void>;
}

/** The mappings of a workspace. */
export function savedMappings(knex: Knex): Mappings {
  return {
    fitting: (question, header) => fittingMappings(knex, question, header),
    list: (question) => listMappings(knex, question),
    find: (userId, id) => findMapping(knex, userId, id),
    keep: (userId, mapping) => keepMapping(knex, userId, mapping),
    forget: (userId, id) => forgetMapping(knex, userId, id),
  };
}

async function fittingMappings(
  knex: Knex,
  { entity, userId }: MappingQuestion,
  header: readonly string[],
): Promise<readonly SavedMapping[]> {
  const { rows } = await knex.raw<{ rows: SavedMapping[] }>(
    `${selection} where entity = ? and (is_shared or owner_id = ?::uuid)
       and not exists (select from jsonb_object_keys(plan -> 'columns') c where c <> all (?::text[]))
     order by lower(name), id limit 100`,
    [userId, entity, userId, [...header]],
  );
  return rows;
}

/** Binds who asks. */
const selection = `select id, name, is_shared as "isShared", coalesce(owner_id = ?::uuid, false) as "isOwn", plan
  from core.import_mappings`;

async function listMappings(
  knex: Knex,
  { userId, entities, after, limit }: MappingPage,
): Promise<readonly SavedMapping[]> {
  const { rows } = await knex.raw<{ rows: SavedMapping[] }>(
    `${selection} where entity = any(?::text[]) and (is_shared or owner_id = ?::uuid) and (?::uuid is null or id > ?::uuid)
     order by id limit ?`,
    [userId, [...entities], userId, after, after, limit],
  );
  return rows;
}

async function findMapping(knex: Knex, userId: Id | null, id: Id): Promise<SavedMapping | null> {
  const { rows } = await knex.raw<{ rows: SavedMapping[] }>(
    `${selection} where id = ?::uuid and (is_shared or owner_id = ?::uuid)`,
    [userId, id, userId],
  );
  return rows[0] ?? null;
}

async function keepMapping(
  knex: Knex,
  userId: Id,
  { name, isShared, plan }: Pick<SavedMapping, 'name' | 'isShared' | 'plan'>,
): Promise<Id> {
  return knex.transaction(async (trx) => {
    const kept = await trx.raw<{ rows: { id: Id }[] }>(
      `insert into core.import_mappings (id, owner_id, entity, name, plan, is_shared) values (?, ?, ?, ?, ?, ?)
       on conflict (owner_id, entity, lower(name)) do update
         set name = excluded.name, plan = excluded.plan, is_shared = excluded.is_shared
       returning id`,
      [uuidV7(), userId, plan.entity, name, JSON.stringify(plan), isShared],
    );
    const { rows } = await trx.raw<{ rows: { n: number }[] }>(
      'select count(*)::integer as n from core.import_mappings where owner_id = ? and entity = ?',
      [userId, plan.entity],
    );
    if ((rows[0]?.n ?? 0) > mostMappings) throw new ConflictError('too_many_mappings', { limit: mostMappings });
    return kept.rows[0]?.id ?? '';
  });
}

/** Of one person for one entity. */
const mostMappings = 100;

async function forgetMapping(knex: Knex, userId: Id | null, id: Id): Promise<void> {
  const { rowCount } = await knex.raw<{ rowCount: number }>(
    'delete from core.import_mappings where id::text = ? and owner_id = ?::uuid',
    [id, userId],
  );
  if (rowCount !== 1) throw new NotFoundError('mapping_not_found', { id });
}
