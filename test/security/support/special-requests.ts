import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CoreTestHost } from '@trellis-crm/core/testing';
import type { Id } from '@trellis-crm/sdk';

/** Values of path parameters (and `?`, the query) of routes that belong to no record. */
export const specialParams: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'GET /api/v1/roles/:key/grants': { key: 'user' },
  'PUT /api/v1/roles/:key/grants': { key: 'user' },
  'GET /roles/:key': { key: 'user' },
  'POST /roles/:key': { key: 'user' },
  'PUT /api/v1/settings/exchange-rates/:currency/:validFrom': { currency: 'USD', validFrom: '2026-01-01' },
  'DELETE /api/v1/settings/exchange-rates/:currency/:validFrom': { currency: 'USD', validFrom: '2026-01-02' },
  'POST /settings/rates/:currency/:day/removal': { currency: 'USD', day: '2026-01-03' },
  'GET /api/v1/plugins/:id': { id: 'sales' },
  'GET /api/v1/plugins/:id/plan': { id: 'sales', '?': '?verb=disable' },
  'GET /api/v1/plugins/:id/operations': { id: 'sales' },
  'POST /api/v1/plugins/:id/activation': { id: 'sales' },
  'DELETE /api/v1/plugins/:id/activation': { id: 'nowhere' },
  'DELETE /api/v1/plugins/:id': { id: 'nowhere' },
  'POST /api/v1/plugins/:id/restoration': { id: 'nowhere' },
  'POST /api/v1/plugins/:id/purge': { id: 'nowhere' },
  'PUT /api/v1/plugins/:id/version': { id: 'nowhere' },
  'GET /api/v1/plugins/:id/settings': { id: 'sales' },
  'PUT /api/v1/plugins/:id/settings': { id: 'sales' },
  'GET /plugins/:id': { id: 'sales' },
  'POST /plugins/:id/settings': { id: 'sales' },
  'POST /plugins/:id/activation': { id: 'nowhere' },
  'GET /plugins/:id/plan': { id: 'sales', '?': '?verb=disable' },
  'POST /plugins/:id/plan': { id: 'nowhere' },
  'POST /api/v1/imports': { '?': '?entity=core.account&dryRun=true' },
  'GET /exceptions/rules/new': { '?': '?entity=core.account' },
  'GET /api/v1/search': { '?': '?q=changed' },
  'GET /api/v1/views': { '?': '?entity=core.account' },
  'GET /api/v1/accounts/duplicates': { '?': '?name=changed' },
  'GET /api/v1/contacts/duplicates': { '?': '?name=changed' },
  'GET /search': { '?': '?q=changed' },
  'GET /views/new': { '?': '?entity=core.account&sort=name' },
  'POST /views/new': { '?': '?entity=core.account&sort=name' },
  'GET /api/v1/live': { '?': '?topics=core.account' },
};

/** Bodies of routes that are not derived from an entity. */
export const specialBodies: Readonly<Record<string, object>> = {
  'POST /api/v1/session': { email: 'nobody@example.test', password: 'not the password' },
  'PATCH /api/v1/me/preferences': { timeZone: null },
  'POST /api/v1/me/password': { oldPassword: 'not the password', newPassword: 'a rather long sentence' },
  'POST /api/v1/me/tokens': { name: 'made by the matrix' },
  'POST /api/v1/exception-rules': {
    name: 'Matrix',
    entity: 'core.account',
    filter: { all: [{ field: 'name', value: 'nobody' }] },
    since: 'createdAt',
  },
  'POST /exceptions/rules': { name: 'Matrix', entity: 'core.account', where: '{"all":[]}', since: 'createdAt' },
  'PATCH /api/v1/exception-rules/:id': { isOn: false },
  'PUT /api/v1/roles/:key/grants': { grants: { 'core.account:read': 'all' } },
  'POST /api/v1/users/:id/deactivation': { reassignTo: null },
  'PUT /api/v1/users/:id/role': { role: 'read-only' },
  'POST /api/v1/views': { entity: 'core.account', name: 'Made by the matrix' },
  'POST /api/v1/import-mappings': {
    name: 'Kept by the matrix',
    plan: { entity: 'core.account', columns: { Name: { field: 'name' } }, match: 'name' },
  },
  'PATCH /api/v1/views/:id': { name: 'Changed by the matrix' },
  'PATCH /api/v1/settings': { companyName: 'Matrix' },
  'PUT /api/v1/settings/exchange-rates/:currency/:validFrom': { rate: '1.25' },
  'POST /api/v1/settings/mail/test': { to: 'nobody@example.test' },
  'POST /api/v1/forms': { name: 'Ask us', slug: 'matrix', target: 'core.contact' },
  'PATCH /api/v1/forms/:id': {},
  'POST /f/:slug': { name: 'Anybody' },
  'POST /f/confirmation/:token': {},
  'POST /api/v1/webhooks': { url: 'https://example.com/hook', topics: ['core.account.*'] },
  'PATCH /api/v1/webhooks/:id': {},
  'POST /api/v1/webhooks/:id/secret': {},
  'POST /api/v1/webhooks/:id/replays': { since: '2026-01-01T00:00:00Z' },
  'POST /api/v1/tags': { name: 'made by the matrix' },
  'POST /api/v1/tags/:id/merge': { into: '00000000-0000-7000-8000-000000000000' },
  'POST /settings/tags': { name: 'made on the page' },
  'POST /settings/tags/:id': { name: 'changed', tone: 'ok' },
  'POST /settings/tags/:id/merge': { into: '00000000-0000-7000-8000-000000000000' },
  'POST /api/v1/plugins': { path: '' },
  'PUT /api/v1/plugins/:id/version': { path: '' },
  'PUT /api/v1/plugins/:id/settings': {},
  'POST /views/new': { name: 'Made by the matrix', visibility: 'private' },
  'POST /views/:id': { name: 'Changed by the matrix', visibility: 'private' },
  'PUT /api/v1/accounts/duplicate-pairs/:left/:right': { state: 'later' },
  'PUT /api/v1/contacts/duplicate-pairs/:left/:right': { state: 'later' },
  'POST /api/v1/activities/:id/mentions': { users: ['00000000-0000-7000-8000-000000000000'] },
  'PUT /api/v1/accounts/completeness': { weights: { industry: 1 } },
  'PUT /api/v1/contacts/completeness': { weights: { jobTitle: 1 } },
  'POST /login': { email: 'nobody@example.test', password: 'not the password' },
  'POST /invitation/:token': { password: 'a rather long sentence' },
  'POST /reset/:token': { password: 'a rather long sentence' },
  'POST /setup': {},
  'POST /demo-data/removal': {},
  'POST /me/preferences': { locale: '', timeZone: '' },
  'POST /me/password': { oldPassword: 'not the password', newPassword: 'a rather long sentence' },
  'POST /me/tokens': { name: 'made by the matrix' },
  'PUT /api/v1/notifications/:id/snooze': { until: new Date(Date.now() + 3_600_000).toISOString() },
  'PATCH /api/v1/me/notifications': { digestHour: 9 },
  'POST /me/notifications': { digestHour: '9' },
  'POST /inbox/:id/snooze': { until: new Date(Date.now() + 3_600_000).toISOString() },
  'POST /users/:id/role': { role: 'read-only' },
  'POST /users/:id/deactivation': { reassignTo: '' },
  'POST /plugins/:id/plan': { verb: 'disable' },
  'POST /roles/:key': { 'core.account:read': 'all' },
  'POST /settings/rates': { currency: 'USD', validFrom: '2026-01-01', rate: '1.5' },
  'POST /api/v1/sales/deals/:dealId/closure': { outcome: 'lost' },
  'POST /lab/specimens/:id/lane': { state: 'tested' },
};

/** Something of a person's own that an address names: a session, a token, a job, an import. @returns its id */
export async function ownThing(host: CoreTestHost, key: string, owner: Id): Promise<Id> {
  const insert = insertions.find(([part]) => key.includes(part))?.[1];
  if (insert === undefined) throw new Error(`nobody knows what ${key} names`);
  if (key.includes('/imports/')) await ensureImport(host);
  if (key.includes('/files/')) await ensureContent(host);
  const id = crypto.randomUUID();
  await host.sql(insert, [id, owner]);
  return id;
}

/** One byte, which every file of the matrix has. */
const content = { text: 'x', sha256: createHash('sha256').update('x').digest('hex') };

async function ensureContent({ workspace }: CoreTestHost): Promise<void> {
  const folder = join(workspace.config.dataDir, 'files', content.sha256.slice(0, 2));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, content.sha256), content.text);
}

const insertions: readonly (readonly [part: string, insert: string])[] = [
  [
    '/notifications/',
    `insert into core.notifications (id, user_id, kind, values, in_app, mail, told_at)
     values (?, ?, 'core.mail-failed', '{}', true, 'never', now())`,
  ],
  [
    '/inbox/',
    `insert into core.notifications (id, user_id, kind, values, in_app, mail, told_at)
     values (?, ?, 'core.mail-failed', '{}', true, 'never', now())`,
  ],
  [
    '/files/',
    `insert into core.files (id, created_by, name, type, size, sha256, created_at)
     values (?, ?, 'x.txt', 'text/plain', 1, '${content.sha256}', now())`,
  ],
  [
    '/sessions/',
    `insert into core.sessions (id, user_id, token_hash, created_at, last_seen_at, ip, user_agent)
     values (?, ?, sha256(gen_random_uuid()::text::bytea), now(), now(), '127.0.0.1', 'matrix')`,
  ],
  [
    '/tokens/',
    `insert into core.api_tokens (id, user_id, token_hash, name, hint, scopes, created_at)
     values (?, ?, sha256(gen_random_uuid()::text::bytea), 'x', 'x', '{*}', now())`,
  ],
  [
    '/views/',
    `insert into core.views (id, entity, name, owner_id, visibility, state, created_at, updated_at)
     values (?, 'core.account', 'x', ?, 'private', '{}', now(), now())`,
  ],
  [
    '/jobs/',
    `insert into core.job_progress (id, owner_id, kind, state, created_at) values (?, ?, 'x', 'waiting', now())`,
  ],
  [
    '/change-sets/',
    `insert into core.change_sets (id, created_by, kind, entity, state, actor)
     select given.id, given.owner, 'x', 'core.account', 'done',
       jsonb_build_object('kind', 'user', 'userId', given.owner, 'scopes', null)
     from (select ?::uuid as id, ?::uuid as owner) given`,
  ],
  [
    '/import-mappings/',
    `insert into core.import_mappings (id, owner_id, entity, name, plan)
     select given.id, given.owner, 'core.account', given.id::text,
       '{"entity": "core.account", "columns": {}, "match": "none", "mode": "both", "blanks": "keep", "source": "csv"}'
     from (select ?::uuid as id, ?::uuid as owner) given`,
  ],
  [
    '/imports/',
    `with given as (select ?::uuid as id, ?::uuid as owner),
     one as (select i from core.imports i where file_name = 'matrix.csv' limit 1),
     copy as (
       insert into core.imports
       select (jsonb_populate_record(one.i, jsonb_build_object('id', given.id, 'created_by', given.owner,
         'state', 'failed', 'failure', jsonb_build_object('code', 'interrupted', 'message', 'x'),
         'actor', (one.i).actor || jsonb_build_object('userId', given.owner, 'id', given.owner)))).*
       from one, given returning id
     )
     insert into core.import_files select given.id, f.position, f.text
     from given, one join core.import_files f on f.import_id = (one.i).id`,
  ],
];

/** One import as core stores it, from which others are copied. */
async function ensureImport(host: CoreTestHost): Promise<void> {
  const path = '/api/v1/accounts/import?dryRun=true&fileName=matrix.csv';
  if ((await host.sql(`select from core.imports where file_name = 'matrix.csv' limit 1`)).length > 0) return;
  const { status } = await host.as(host.admin).post(path, 'name\nImported\n', { 'Content-Type': 'text/csv' });
  if (status !== 202) throw new Error(`the import was not taken: ${status}`);
}
