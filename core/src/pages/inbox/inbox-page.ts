import { Uuid } from '@trellis-crm/sdk';
import type { Endpoint } from '../../http/endpoint.js';
import type { InboxAnswer, NotificationView } from '../../notifications/index.js';
import { UnreadCounts } from '../../notifications/index.js';
import { callApi, readApi } from '../api-client.js';
import { textOf } from '../fields/form-reader.js';
import { fromLocalInput } from '../fields/zoned-time.js';
import { formOf, problemsIn } from '../form/plain-form.js';
import type { PageCall, PageDeps } from '../page-call.js';
import { goTo, pageEndpoint, showPage, showPart, type PageAnswer } from '../page-endpoint.js';
import { showSnoozeLine } from './snooze-line-page.js';
import { inboxView, inboxViews, type InboxViewName } from './inbox-view.js';

/** What one was told: look, open, mark, put off. */
export function inboxPages(deps: PageDeps): readonly Endpoint[] {
  const access = 'signed-in';
  const line = { access, params: { id: Uuid } } as const;
  return [
    pageEndpoint(deps, 'GET /inbox', { access, handle: showInbox }),
    pageEndpoint(deps, 'GET /inbox/badge', { access, handle: showBadge }),
    pageEndpoint(deps, 'POST /inbox/reading', { access, handle: readAll }),
    pageEndpoint(deps, 'POST /inbox/:id/opening', { ...line, handle: openLine }),
    pageEndpoint(deps, 'POST /inbox/:id/reading', { ...line, handle: (call) => mark(call, 'PUT') }),
    pageEndpoint(deps, 'POST /inbox/:id/unreading', { ...line, handle: (call) => mark(call, 'DELETE') }),
    pageEndpoint(deps, 'GET /inbox/:id/snooze', { ...line, handle: (call) => showSnoozeLine(call) }),
    pageEndpoint(deps, 'POST /inbox/:id/snooze', { ...line, handle: snooze }),
    pageEndpoint(deps, 'POST /inbox/:id/waking', { ...line, handle: wake }),
  ];
}

async function showInbox(call: PageCall): Promise<PageAnswer> {
  const { t, render, request } = call;
  const { searchParams } = request.url;
  const view = viewIn(searchParams.get('view'));
  const after = searchParams.get('after');
  const inbox = await readApi<InboxAnswer>(call, '/notifications', { view, ...(after !== null && { after }) });
  const title = t('notifications.title');
  const html = render('core:inbox/list', { title, ...inboxView(call, inbox, view) });
  return showPage({ title, breadcrumbs: [{ label: title }], blocks: [{ name: 'inbox', html }] });
}

function viewIn(name: string | null): InboxViewName {
  return inboxViews.find((known) => known === name) ?? 'unread';
}

/** Asked by whoever heard that something changed. */
async function showBadge(call: PageCall): Promise<PageAnswer> {
  const { userId } = call.request.identity;
  const count = userId === null ? 0 : await call.workspace.container.resolve(UnreadCounts).of(userId);
  return showPart(call.render('core:layouts/_inbox', { count }));
}

async function readAll(call: PageCall): Promise<PageAnswer> {
  const upTo = textOf(formOf(call), 'upTo');
  const { body } = await callApi(call, 'POST', '/notifications/reading', { body: upTo === '' ? {} : { upTo } });
  return goTo('/inbox', { text: call.t('notifications.allRead', { count: (body as { readonly read: number }).read }) });
}

/** Whoever opens what a line is about has read it. */
async function openLine(call: PageCall): Promise<PageAnswer> {
  const { body } = await callApi(call, 'PUT', `${lineOf(call)}/reading`);
  return goTo((body as NotificationView).href ?? '/inbox');
}

async function mark(call: PageCall, method: 'PUT' | 'DELETE'): Promise<PageAnswer> {
  await callApi(call, method, `${lineOf(call)}/reading`);
  return goTo(back(call));
}

/** Until a moment that was offered, or one that was typed in the reader's zone. */
async function snooze(call: PageCall): Promise<PageAnswer> {
  const form = formOf(call);
  const typed = textOf(form, 'at');
  const until = typed === '' ? textOf(form, 'until') : (fromLocalInput(typed, call.env.timeZone) ?? typed);
  const problems = await problemsIn(call, [], () =>
    callApi(call, 'PUT', `${lineOf(call)}/snooze`, { body: { until } }),
  );
  if (problems !== null && typed !== '') return showSnoozeLine(call, problems);
  if (problems !== null) return goTo(back(call), { text: problems.general[0] ?? '', tone: 'bad' });
  const moment = call.request.generation.views.formatters.dateTime(call.env, until);
  const text = call.t('notifications.snoozeDone', { until: moment });
  return goTo(back(call), { text, undoAction: `/inbox/${idOf(call)}/waking` });
}

async function wake(call: PageCall): Promise<PageAnswer> {
  await callApi(call, 'DELETE', `${lineOf(call)}/snooze`);
  return goTo(back(call), { text: call.t('notifications.woken') });
}

/** The part of the inbox that the form stood in. */
function back(call: PageCall): string {
  const view = viewIn(textOf(formOf(call), 'view'));
  return view === 'unread' ? '/inbox' : `/inbox?view=${view}`;
}

function lineOf(call: PageCall): string {
  return `/notifications/${idOf(call)}`;
}

function idOf({ request }: PageCall): string {
  return request.params['id'] ?? '';
}
