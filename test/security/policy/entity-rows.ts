import { holding } from './makers.js';
import { tagRows, timelineRows } from './timeline-rows.js';
import type { Row } from './row.js';

/** What every entity has. */
export function entityRows(entity: string, path: string): Readonly<Record<string, Row>> {
  const api = `/api/v1/${path}`;
  const record = (verb: string, ...answers: readonly number[]): Row => ({
    kind: 'record',
    entity,
    right: `${entity}:${verb}`,
    answers,
  });
  // A form is shown to whoever may change some records and read this one; whether they may change this one, saving decides.
  const form = (...answers: readonly number[]): Row => ({ kind: 'form', entity, right: `${entity}:update`, answers });
  const trashed = (...answers: readonly number[]): Row => ({
    kind: 'trashed',
    entity,
    right: `${entity}:delete`,
    answers,
  });
  return {
    [`GET ${api}`]: holding(`${entity}:read`, 200),
    ...timelineRows(entity, path),
    ...tagRows(entity, path),
    [`GET ${api}/:id`]: record('read', 200),
    [`GET ${api}/aggregate`]: holding(`${entity}:read`, 200),
    [`POST ${api}`]: { kind: 'create', entity, answers: [201] },
    [`PATCH ${api}/:id`]: record('update', 200),
    [`DELETE ${api}/:id`]: record('delete', 204),
    [`GET ${api}/trash`]: holding(`${entity}:delete`, 200),
    [`POST ${api}/:id/restoration`]: trashed(200),
    [`GET ${api}/export`]: holding(`${entity}:read`, 200),
    // Each action asks for its own right; the matrix asks for an update.
    [`POST ${api}/bulk`]: holding(`${entity}:update`, 202),
    // Which records it is about stands in the body; those that are not there or not to be changed are refused by the merge.
    [`POST ${api}/merge`]: holding(`${entity}:update`, 422),
    [`GET ${api}/merge`]: holding(`${entity}:update`, 400),
    [`GET /${path}/merge`]: holding(`${entity}:update`, 404),
    [`POST /${path}/merge`]: holding(`${entity}:update`, 404, 422),
    [`POST /${path}/:id/unmerge/:changeSet`]: holding(`${entity}:update`, 404),
    [`POST ${api}/import`]: holding(`${entity}:import`, 202, 422),
    // To the view somebody begins with, once there is one.
    [`GET /${path}`]: holding(`${entity}:read`, 200, 303),
    [`POST /${path}/bulk`]: holding(`${entity}:update`, 303),
    [`GET /${path}/options`]: holding(`${entity}:read`, 200),
    [`GET /${path}/filter`]: holding(`${entity}:read`, 200),
    [`GET /${path}/columns`]: holding(`${entity}:read`, 200),
    [`GET /${path}/new`]: holding(`${entity}:create`, 200),
    [`POST /${path}/new`]: { kind: 'create', entity, answers: [303] },
    [`GET /${path}/trash`]: holding(`${entity}:delete`, 200),
    [`GET /${path}/:id`]: record('read', 200),
    [`GET /${path}/:id/edit`]: form(200),
    [`POST /${path}/:id/edit`]: record('update', 303),
    [`GET /${path}/:id/fields/:field`]: form(200),
    [`POST /${path}/:id/fields/:field`]: record('update', 303),
    [`POST /${path}/:id/trash`]: record('delete', 303),
    [`POST /${path}/:id/restoration`]: trashed(303),
    [`GET /${path}/:id/panels`]: record('read', 200),
    [`GET /${path}/:id/panels/:module/:panel`]: record('read', 200, 404),
  };
}
