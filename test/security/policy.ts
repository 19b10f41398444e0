/**
 * Who may do what, written by hand and read by people: the access matrix asks the running server every question this file answers and
 * compares. Nothing here is derived from the code. A route that has no row fails the test; so does a row without a route. Who asks and
 * what rights they hold stands in `policy/`.
 */

import { timelineRows } from './policy/timeline-rows.js';
import { outsideRoutes } from './policy/outside-routes.js';

/** What a route asks for, and what it answers to those who may. */
export type Row = Readonly<PersonalRow | RecordRow | RightRow>;

type PersonalRow =
  | { kind: 'public'; answers: readonly number[]; needs?: Need }
  | { kind: 'signed-in'; answers: readonly number[]; needs?: Need }
  | { kind: 'own'; answers: readonly number[]; needs?: Need; overseer?: string };

type RecordRow =
  | { kind: 'create'; entity: string; answers: readonly number[] }
  | { kind: 'record'; entity: string; right: string; answers: readonly number[] }
  | { kind: 'form'; entity: string; right: string; answers: readonly number[] }
  | { kind: 'trashed'; entity: string; right: string; answers: readonly number[] };

interface RightRow {
  kind: 'right';
  right: string;
  answers: readonly number[];
}

/** `whole`: a narrowed token may not; `session`: only a browser may; `disposable`: it ends the session it came with. */
export type Need = 'whole' | 'session' | 'disposable';

const open = (answers: readonly number[], needs?: Need): Row => ({ kind: 'public', answers, ...(needs && { needs }) });
const signedIn = (answers: readonly number[], needs?: Need): Row => ({
  kind: 'signed-in',
  answers,
  ...(needs && { needs }),
});
/** Things of one's own: those of others do not exist. */
const own = (answers: readonly number[], needs?: Need): Row => ({ kind: 'own', answers, ...(needs && { needs }) });
/** Administrators of jobs see the imports and change sets of all. */
const ownImport = (...answers: readonly number[]): Row => ({ kind: 'own', answers, overseer: 'core.job:administer' });
const ownChangeSet = ownImport;
const holding = (right: string, ...answers: readonly number[]): Row => ({ kind: 'right', right, answers });

const administer = (noun: string, ...answers: readonly number[]): Row => holding(`core.${noun}:administer`, ...answers);

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
    [`GET /${path}`]: holding(`${entity}:read`, 200),
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

/** What entities have that say what makes two records likely the same. */
function duplicateRows(entity: string, path: string): Readonly<Record<string, Row>> {
  return {
    [`GET /api/v1/${path}/duplicates`]: holding(`${entity}:read`, 200),
    [`GET /${path}/similar`]: holding(`${entity}:create`, 200),
    [`GET /api/v1/${path}/duplicate-pairs`]: holding(`${entity}:update`, 200),
    [`PUT /api/v1/${path}/duplicate-pairs/:left/:right`]: holding(`${entity}:update`, 404),
    [`POST /api/v1/${path}/duplicate-pairs/search`]: holding('core.job:administer', 202),
    [`GET /${path}/duplicates`]: holding(`${entity}:update`, 200),
    [`POST /${path}/duplicates`]: holding(`${entity}:update`, 404),
    // Whoever may change records gets to the page; looking through all of them is for administrators of jobs.
    [`POST /${path}/duplicates/search`]: holding('core.job:administer', 303),
  };
}

/** A customer's brief; each line in it asks for the right its module says. */
function briefRows(entity: string, path: string): Readonly<Record<string, Row>> {
  const row: Row = { kind: 'record', entity, right: `${entity}:read`, answers: [200] };
  return { [`GET /api/v1/${path}/:id/brief`]: row, [`GET /${path}/:id/brief`]: row };
}

function without(rows: Readonly<Record<string, Row>>, ...keys: readonly string[]): Readonly<Record<string, Row>> {
  return Object.fromEntries(Object.entries(rows).filter(([key]) => !keys.includes(key)));
}

const deal = (right: string, ...answers: readonly number[]): Row => ({
  kind: 'record',
  entity: 'sales.deal',
  right,
  answers,
});

/** Every route of core, sales and the fixture lab. */
export const routes: Readonly<Record<string, Row>> = {
  ...outsideRoutes,
  'GET /api/v1/openapi.json': signedIn([200]),
  // Shows what its reader may read, and a narrowed token what that may.
  'GET /api/v1/search': signedIn([200]),
  'GET /search': signedIn([200]),
  'GET /search/palette': signedIn([200, 303]),
  'GET /me/shortcuts': signedIn([200]),
  'POST /me/shortcuts': signedIn([303]),
  'GET /api/v1/me/recent': signedIn([200]),
  ...briefRows('core.account', 'accounts'),
  ...briefRows('core.contact', 'contacts'),
  'POST /api/v1/session': open([401, 429]),
  'DELETE /api/v1/session': signedIn([204], 'disposable'),
  'GET /api/v1/me': signedIn([200]),
  'GET /api/v1/me/preferences': signedIn([200]),
  'PATCH /api/v1/me/preferences': signedIn([200], 'whole'),
  'GET /api/v1/me/sessions': signedIn([200]),
  'DELETE /api/v1/me/sessions/:id': own([204], 'whole'),
  'POST /api/v1/me/password': signedIn([422, 429], 'session'),
  'GET /api/v1/me/tokens': signedIn([200]),
  'POST /api/v1/me/tokens': signedIn([201], 'session'),
  'DELETE /api/v1/me/tokens/:id': own([204], 'whole'),
  'GET /api/v1/roles': holding('core.user:read', 200),
  'GET /api/v1/roles/:key/grants': administer('role', 200),
  'PUT /api/v1/roles/:key/grants': administer('role', 200),
  'POST /api/v1/users/:id/invitation': administer('user', 201, 409),
  'POST /api/v1/users/:id/password-reset': administer('user', 201),
  'POST /api/v1/users/:id/deactivation': administer('user', 200),
  'DELETE /api/v1/users/:id/deactivation': administer('user', 204, 409),
  'PUT /api/v1/users/:id/role': administer('user', 204),
  'GET /login': open([200, 303]),
  'POST /login': open([403, 422, 429]),
  'POST /logout': open([303, 403], 'disposable'),
  'GET /invitation/:token': open([404]),
  'POST /invitation/:token': open([403, 404]),
  'GET /reset/:token': open([404]),
  'POST /reset/:token': open([403, 404]),
  'GET /setup': open([303, 404]),
  'POST /setup': open([303, 403, 404, 422]),
  'GET /api/v1/settings': signedIn([200]),
  'PATCH /api/v1/settings': administer('settings', 200),
  'GET /api/v1/settings/exchange-rates': signedIn([200]),
  'PUT /api/v1/settings/exchange-rates/:currency/:validFrom': administer('settings', 200, 201),
  'DELETE /api/v1/settings/exchange-rates/:currency/:validFrom': administer('settings', 204, 404),
  'GET /api/v1/settings/mail': administer('settings', 200),
  'PATCH /api/v1/settings/mail': administer('settings', 200),
  'POST /api/v1/settings/mail/test': administer('settings', 409),
  'GET /api/v1/notifications': signedIn([200]),
  'POST /api/v1/notifications/reading': signedIn([200]),
  'PUT /api/v1/notifications/:id/reading': own([200]),
  'DELETE /api/v1/notifications/:id/reading': own([200]),
  'PUT /api/v1/notifications/:id/snooze': own([200, 422]),
  'DELETE /api/v1/notifications/:id/snooze': own([200]),
  'GET /api/v1/me/notifications': signedIn([200]),
  'PATCH /api/v1/me/notifications': signedIn([200]),
  'GET /me/notifications': signedIn([200]),
  'POST /me/notifications': signedIn([303]),
  'GET /inbox': signedIn([200]),
  'GET /inbox/badge': signedIn([200]),
  'POST /inbox/reading': signedIn([303]),
  'POST /inbox/:id/opening': own([303]),
  'POST /inbox/:id/reading': own([303]),
  'POST /inbox/:id/unreading': own([303]),
  'POST /inbox/:id/snooze': own([303]),
  'POST /inbox/:id/waking': own([303]),
  'GET /api/v1/mails': administer('mail', 200),
  'GET /api/v1/mails/:id': administer('mail', 404),
  'POST /api/v1/mails/:id/dispatch': administer('mail', 404),
  'DELETE /api/v1/mails/:id': administer('mail', 404),
  'GET /api/v1/plugins': administer('plugin', 200),
  'GET /api/v1/plugins/:id': administer('plugin', 200),
  'GET /api/v1/plugins/:id/plan': administer('plugin', 200),
  'GET /api/v1/plugins/:id/operations': administer('plugin', 200),
  'POST /api/v1/plugins/:id/activation': administer('plugin', 200),
  'DELETE /api/v1/plugins/:id/activation': administer('plugin', 404),
  'DELETE /api/v1/plugins/:id': administer('plugin', 404),
  'POST /api/v1/plugins/:id/restoration': administer('plugin', 404, 409),
  'POST /api/v1/plugins/:id/purge': administer('plugin', 404, 409),
  'POST /api/v1/plugins': administer('plugin', 422),
  'PUT /api/v1/plugins/:id/version': administer('plugin', 404, 422),
  'GET /api/v1/plugins/:id/settings': administer('plugin', 200),
  'PUT /api/v1/plugins/:id/settings': administer('plugin', 200),
  'GET /api/v1/dead-letters': administer('event', 200),
  'POST /api/v1/dead-letters/:id/replay': administer('event', 404),
  'DELETE /api/v1/dead-letters/:id': administer('event', 404),
  'POST /api/v1/dead-letters/:id/restoration': administer('event', 404),
  'GET /api/v1/jobs/:id': { kind: 'own', answers: [200], overseer: 'core.job:administer' },
  'POST /api/v1/imports': holding('core.account:import', 202),
  'GET /api/v1/imports': signedIn([200]),
  'GET /api/v1/imports/:id': ownImport(200),
  'POST /api/v1/imports/:id/resumption': ownImport(202, 403),
  'GET /api/v1/imports/:id/refused.csv': ownImport(200),
  // Those of others are not on it.
  'GET /api/v1/exports': signedIn([200]),
  'GET /api/v1/change-sets': signedIn([200]),
  'GET /api/v1/change-sets/:id': ownChangeSet(200),
  'GET /api/v1/change-sets/:id/skipped.csv': ownChangeSet(200),
  'POST /api/v1/change-sets/:id/undo': ownChangeSet(202),
  'POST /api/v1/change-sets/:id/cancellation': ownChangeSet(409),
  'GET /api/v1/views': signedIn([200]),
  'POST /api/v1/views': signedIn([201]),
  'GET /api/v1/views/:id': own([200]),
  'PATCH /api/v1/views/:id': own([200]),
  'DELETE /api/v1/views/:id': own([204]),
  // Nothing of the matrix's own was deleted before.
  'POST /api/v1/views/:id/restoration': own([404]),
  'PUT /api/v1/views/:id/default': own([204]),
  'DELETE /api/v1/views/:id/default': own([204]),
  'GET /api/v1/hold': signedIn([200]),
  'GET /api/v1/demo-data': administer('demo', 200),
  'GET /api/v1/exceptions': signedIn([200]),
  'POST /api/v1/exceptions/evaluation': administer('exception', 202),
  'GET /api/v1/exception-rules': administer('exception', 200),
  'POST /api/v1/exception-rules': administer('exception', 201),
  'GET /api/v1/exception-rules/:id': administer('exception', 404),
  'PATCH /api/v1/exception-rules/:id': administer('exception', 404),
  'DELETE /api/v1/exception-rules/:id': administer('exception', 404),
  'POST /api/v1/demo-data': administer('demo', 200, 201, 409),
  'DELETE /api/v1/demo-data': administer('demo', 200, 204),
  'GET /api/v1/live': signedIn([200]),
  'GET /': signedIn([200]),
  'GET /panels/:module/:panel': signedIn([404]),
  'POST /demo-data/removal': administer('demo', 303),
  'GET /me': signedIn([200]),
  'POST /me/preferences': signedIn([303]),
  'POST /me/password': signedIn([422, 429]),
  'POST /me/tokens': signedIn([200, 303]),
  'POST /me/tokens/:id/revocation': own([303]),
  'POST /me/sessions/:id/end': own([303]),
  'POST /users/:id/role': administer('user', 303),
  'POST /users/:id/invitation': administer('user', 200, 303),
  'POST /users/:id/password-reset': administer('user', 200, 303),
  'GET /users/:id/deactivation': administer('user', 200),
  'POST /users/:id/deactivation': administer('user', 303),
  'POST /users/:id/reactivation': administer('user', 303),
  'GET /teams': holding('core.team:read', 200),
  'GET /roles': administer('role', 200),
  'GET /roles/:key': administer('role', 200),
  'POST /roles/:key': administer('role', 303),
  'GET /settings': administer('settings', 200),
  'POST /settings': administer('settings', 303, 422),
  'POST /settings/rates': administer('settings', 303, 422),
  'POST /settings/rates/:currency/:day/removal': administer('settings', 303, 404),
  'GET /settings/mail': administer('settings', 200),
  'POST /settings/mail': administer('settings', 303, 422),
  'POST /settings/mail/test': administer('settings', 422),
  'GET /mails': administer('mail', 200),
  'GET /mails/:id': administer('mail', 404),
  'GET /mails/:id/html': administer('mail', 404),
  'POST /mails/:id/dispatch': administer('mail', 404),
  'POST /mails/:id/removal': administer('mail', 404),
  'GET /views/new': signedIn([200]),
  'POST /views/new': signedIn([303]),
  'GET /views/:id': own([200]),
  'POST /views/:id': own([303]),
  'POST /views/:id/state': own([303]),
  'POST /views/:id/removal': own([303]),
  'POST /views/:id/restoration': own([404]),
  'GET /change-sets': signedIn([200]),
  'GET /change-sets/:id': ownChangeSet(200),
  'POST /change-sets/:id/undo': ownChangeSet(303),
  'POST /change-sets/:id/cancellation': ownChangeSet(409),
  'GET /imports': signedIn([200]),
  'POST /imports': signedIn([200, 303, 415, 422]),
  'GET /imports/:id': ownImport(200),
  'POST /imports/:id/run': ownImport(303, 403, 409),
  'POST /imports/:id/undo': ownImport(303, 404),
  'POST /imports/:id/resumption': ownImport(303, 403),
  'GET /imports/:id/columns': ownImport(303),
  'POST /imports/:id/columns': ownImport(303),
  'GET /exceptions': signedIn([200]),
  'POST /exceptions/evaluation': administer('exception', 303),
  'GET /exceptions/rules': administer('exception', 200),
  'GET /exceptions/rules/new': administer('exception', 200),
  'POST /exceptions/rules': administer('exception', 303),
  'POST /exceptions/rules/:id': administer('exception', 404),
  'POST /exceptions/rules/:id/activation': administer('exception', 404),
  'POST /exceptions/rules/:id/removal': administer('exception', 404),
  'GET /dead-letters': administer('event', 200),
  'POST /dead-letters/:id/replay': administer('event', 404),
  'POST /dead-letters/:id/removal': administer('event', 404),
  'POST /dead-letters/:id/restoration': administer('event', 404),
  'GET /dev/ui': signedIn([200]),
  'GET /plugins': administer('plugin', 200),
  'POST /plugins': administer('plugin', 303, 422),
  'POST /plugins/package': administer('plugin', 303, 415, 422),
  'GET /plugins/:id': administer('plugin', 200),
  'POST /plugins/:id/settings': administer('plugin', 303, 404),
  'POST /plugins/:id/activation': administer('plugin', 404),
  'GET /plugins/:id/plan': administer('plugin', 200, 404),
  'POST /plugins/:id/plan': administer('plugin', 404),
  ...entityRows('core.account', 'accounts'),
  ...entityRows('core.contact', 'contacts'),
  ...duplicateRows('core.account', 'accounts'),
  ...duplicateRows('core.contact', 'contacts'),
  ...entityRows('core.activity', 'activities'),
  'POST /api/v1/activities/:id/mentions': {
    kind: 'form',
    entity: 'core.activity',
    right: 'core.activity:update',
    answers: [200],
  },
  ...without(
    entityRows('core.user', 'users'),
    'POST /api/v1/users/merge',
    'GET /api/v1/users/merge',
    'GET /users/merge',
    'POST /users/merge',
    'POST /users/:id/unmerge/:changeSet',
    'GET /users/trash',
    'POST /users/:id/trash',
    'POST /users/:id/restoration',
  ),
  ...entityRows('core.team', 'teams'),
  ...entityRows('sales.pipeline', 'sales/pipelines'),
  ...entityRows('sales.stage', 'sales/stages'),
  ...entityRows('sales.deal', 'sales/deals'),
  'GET /api/v1/sales/deals/outcome': holding('sales.deal:read', 200),
  'POST /api/v1/sales/deals/:dealId/closure': deal('sales.deal:close', 201),
  'DELETE /api/v1/sales/deals/:dealId/closure': deal('sales.deal:close', 409),
  'PUT /api/v1/sales/deals/:dealId/stage': deal('sales.deal:update', 200),
  'GET /sales/board': holding('sales.deal:read', 200),
  'POST /sales/deals/:dealId/stage': deal('sales.deal:update', 200, 303),
  ...entityRows('lab.specimen', 'lab/specimens'),
  'GET /lab/specimens/board': holding('lab.specimen:read', 200),
  'POST /lab/specimens/:id/lane': {
    kind: 'record',
    entity: 'lab.specimen',
    right: 'lab.specimen:update',
    answers: [200, 303],
  },
  ...entityRows('lab.shelf', 'lab/shelves'),
};
