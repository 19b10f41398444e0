import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { uuidV7 } from '../database/uuid-v7.js';
import { plainState, type SavedView, type ViewDraft, type ViewState, type Visibility } from './saved-view.js';

/** Whose views are read. */
export interface ViewReader {
  readonly userId: Id;
  readonly teamIds: readonly Id[];
  readonly roleKey: string | null;
}

/** Views of a list told at most. */
const maxViews = 300;

/** The reader's own views of an entity's list and those shared with them, by name. */
export async function readViews(knex: Knex, entity: string, reader: ViewReader): Promise<readonly SavedView[]> {
  const rows = await visibleRows(knex, reader)
    .where('v.entity', entity)
    .whereNull('v.deleted_at')
    .orderByRaw('lower(v.name), v.id')
    .limit(maxViews);
  return rows.map(toView);
}

/** One view, as far as the reader may see it. */
export async function readView(
  knex: Knex,
  id: Id,
  reader: ViewReader,
  { isDeleted = false } = {},
): Promise<SavedView | null> {
  const row = await visibleRows(knex, reader)
    .where('v.id', id)
    .whereRaw(`v.deleted_at is ${isDeleted ? 'not ' : ''}null`)
    .first();
  return row === undefined ? null : toView(row);
}

function visibleRows(knex: Knex, { userId, teamIds, roleKey }: ViewReader) {
  return knex<ViewRow>({ v: 'core.views' })
    .select<ViewRow[]>(
      'v.*',
      knex.raw('exists (select from core.view_defaults d where d.view_id = v.id and d.user_id = ?) as is_own', [
        userId,
      ]),
      knex.raw('exists (select from core.view_defaults d where d.view_id = v.id and d.role_key = ?) as is_roles', [
        roleKey ?? '',
      ]),
    )
    .whereRaw(
      `(v.owner_id = ? or v.visibility = 'everyone' or (v.visibility = 'team' and v.team_id = any(?::uuid[])))`,
      [userId, teamIds as Id[]],
    );
}

/** What a new view is made of. */
export interface NewView extends ViewDraft {
  readonly entity: string;
  readonly owner: Id;
  readonly team: Id | null;
}

/** Adds a view. @returns its id */
export async function insertView(knex: Knex, view: NewView, now: Date): Promise<Id> {
  const id = uuidV7();
  const { entity, name, owner, visibility, team, state } = view;
  const row = { id, entity, name, owner_id: owner, visibility, team_id: team, state: JSON.stringify(state) };
  await knex('core.views').insert({ ...row, created_at: now, updated_at: now });
  return id;
}

/** What is changed of a view. */
export interface ViewChange extends Partial<ViewDraft> {
  readonly team?: Id | null;
  readonly deletedAt?: Date | null;
}

/** Changes a view. @param version the change is not made when the view has another one; null: whatever it has. @returns whether it was made */
export async function updateView(
  knex: Knex,
  id: Id,
  { change, version, now }: { readonly change: ViewChange; readonly version: number | null; readonly now: Date },
): Promise<boolean> {
  const { name, visibility, team, state, deletedAt } = change;
  const changed = await knex('core.views')
    .where({ id, ...(version === null ? {} : { version }) })
    .update({
      ...(name === undefined ? {} : { name }),
      ...(visibility === undefined ? {} : { visibility }),
      ...(team === undefined ? {} : { team_id: team }),
      ...(state === undefined ? {} : { state: JSON.stringify(state) }),
      ...(deletedAt === undefined ? {} : { deleted_at: deletedAt }),
      version: knex.raw('version + 1'),
      updated_at: now,
    });
  return changed > 0;
}

/** Number of views of a list that belong to somebody. */
export async function countViews(knex: Knex, entity: string, owner: Id): Promise<number> {
  const [row] = await knex('core.views')
    .where({ entity, owner_id: owner })
    .whereNull('deleted_at')
    .count<{ count: string }[]>();
  return Number(row?.count ?? 0);
}

/** Whose first view is meant. */
export type DefaultOf = { readonly user_id: Id } | { readonly role_key: string };

/** Pins a view for somebody, in place of the one before. */
export async function putDefault(knex: Knex, entity: string, whose: DefaultOf, viewId: Id): Promise<void> {
  await knex('core.view_defaults')
    .insert({ entity, ...whose, view_id: viewId })
    .onConflict(['entity', 'user_id' in whose ? 'user_id' : 'role_key'])
    .merge(['view_id']);
}

/** Takes the pin of a view away. */
export async function removeDefault(knex: Knex, whose: DefaultOf, viewId: Id): Promise<void> {
  await knex('core.view_defaults')
    .where({ ...whose, view_id: viewId })
    .delete();
}

interface ViewRow {
  readonly id: Id;
  readonly entity: string;
  readonly name: string;
  readonly owner_id: Id;
  readonly visibility: Visibility;
  readonly team_id: Id | null;
  readonly state: Partial<ViewState>;
  readonly version: number;
  readonly deleted_at: Date | null;
  readonly is_own: boolean;
  readonly is_roles: boolean;
}

function toView(row: ViewRow): SavedView {
  return {
    id: row.id,
    entity: row.entity,
    name: row.name,
    owner: row.owner_id,
    visibility: row.visibility,
    team: row.team_id,
    state: { ...plainState, ...row.state },
    version: row.version,
    isOwnDefault: row.is_own,
    isRoleDefault: row.is_roles,
  };
}
