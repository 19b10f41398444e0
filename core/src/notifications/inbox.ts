import { MalformedError, type Id } from '@trellis-crm/sdk';
import { requireUser } from '../auth/own-access.js';
import type { EndpointRequest } from '../http/endpoint.js';
import type { Workspace } from '../workspace/workspace.js';
import { changeLine, getLine, listInbox, readAll, type InboxView, type LineChange } from './notification-store.js';
import { presentLines, type NotificationView } from './present-lines.js';
import { announce } from './tell.js';
import { UnreadCounts } from './unread-counts.js';

/** A page of somebody's inbox. */
export interface InboxAnswer {
  readonly data: readonly NotificationView[];
  readonly page: { readonly next: string | null; readonly count: null };
  /** Lines that want attention, up to 100. */
  readonly unread: number;
}

/** What is asked of an inbox. */
interface InboxQuery {
  readonly view?: InboxView;
  readonly limit?: number;
  readonly after?: string;
}

const defaultPage = 50;

/** A page of the inbox of whoever asks. */
export async function readInbox(
  workspace: Workspace,
  request: EndpointRequest,
  { view = 'all', limit = defaultPage, after }: InboxQuery,
): Promise<InboxAnswer> {
  const user = requireUser(request.identity.userId);
  const { knex } = workspace.database;
  const place = after === undefined ? {} : { after: readCursor(after) };
  const rows = await listInbox(knex, user, { view, limit: limit + 1, now: workspace.clock.now(), ...place });
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const next = rows.length > limit && last !== undefined ? writeCursor(last) : null;
  const data = await presentLines(readerOf(workspace, request), shown);
  return { data, page: { next, count: null }, unread: await workspace.container.resolve(UnreadCounts).of(user) };
}

/** One line of the inbox of whoever asks. @throws NotFoundError `notification_not_found` */
export async function readLine(workspace: Workspace, request: EndpointRequest, id: Id): Promise<NotificationView> {
  const row = await getLine(workspace.database.knex, requireUser(request.identity.userId), id);
  const [view] = await presentLines(readerOf(workspace, request), [row]);
  if (view === undefined) throw new Error('a line was put into no words');
  return view;
}

/** Notes something about one line of one's own. @throws NotFoundError `notification_not_found` */
export async function noteLine(
  workspace: Workspace,
  request: EndpointRequest,
  id: Id,
  change: LineChange,
): Promise<NotificationView> {
  const user = requireUser(request.identity.userId);
  await changeInbox(workspace, request, user, () => workspace.database.tx((trx) => changeLine(trx, user, id, change)));
  return readLine(workspace, request, id);
}

/** Marks as read what had come by a moment. */
export async function readWhole(workspace: Workspace, request: EndpointRequest, upTo: Date): Promise<number> {
  const user = requireUser(request.identity.userId);
  const now = workspace.clock.now();
  return changeInbox(workspace, request, user, () => workspace.database.tx((trx) => readAll(trx, user, now, upTo)));
}

/** Other windows of the same person hear of it. */
async function changeInbox<T>(
  workspace: Workspace,
  { generation, identity, signal }: EndpointRequest,
  user: Id,
  change: () => Promise<T>,
): Promise<T> {
  const changed = await workspace.transaction({ generation, identity, signal, module: 'core' }, async () => {
    const result = await change();
    await announce(workspace.database, [user]);
    return result;
  });
  workspace.container.resolve(UnreadCounts).forget(user);
  return changed;
}

function readerOf(workspace: Workspace, { generation, identity, signal }: EndpointRequest) {
  const ctx = workspace.context({ generation, module: 'core', identity, signal });
  return { ctx, generation, identity, env: identity };
}

/** Moment and id of the line a page ended with. */
function writeCursor({ told_at, id }: { readonly told_at: Date; readonly id: Id }): string {
  return Buffer.from(`${told_at.toISOString()} ${id}`).toString('base64url');
}

/** @throws MalformedError `invalid_cursor` */
function readCursor(cursor: string): { toldAt: string; id: Id } {
  const text = Buffer.from(cursor, 'base64url').toString();
  const [, toldAt, id] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([0-9a-f-]{36})$/.exec(text) ?? [];
  if (toldAt !== undefined && id !== undefined && !Number.isNaN(Date.parse(toldAt))) return { toldAt, id };
  throw new MalformedError(
    'invalid_cursor',
    {},
    { errors: [{ pointer: '?after', code: 'invalid_cursor', message: 'not a cursor of this list' }] },
  );
}
