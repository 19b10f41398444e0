import { Uuid } from '@trellis-crm/sdk';
import type { Endpoint } from '../../http/endpoint.js';
import { callApi, readApi } from '../api-client.js';
import { textOf } from '../fields/form-reader.js';
import { formOf, problemsIn } from '../form/plain-form.js';
import type { PageCall, PageDeps } from '../page-call.js';
import { goTo, pageEndpoint, showPage, type PageAnswer, type PageRoute } from '../page-endpoint.js';
import { settingsTabs } from '../settings/settings-tabs.js';
import { showDelivery, showWebhook } from './webhook-log.js';
import type { ShownDelivery, ShownWebhook } from './webhook-api.js';
import { createWebhook, editWebhook, newWebhook, rotateSecret, saveWebhook } from './webhook-form.js';
import { webhookItem, webhooksHref } from './webhook-view.js';

const access = 'core.webhook:administer';

/** Webhooks under the settings: list, form, log, and what one does with them. */
export function webhookPages(deps: PageDeps): readonly Endpoint[] {
  const page = (key: `${'GET' | 'POST'} /${string}`, handle: PageRoute['handle'], params = {}): Endpoint =>
    pageEndpoint(deps, key, { access, params, handle });
  const byId = { id: Uuid };
  const ofDelivery = { id: Uuid, delivery: Uuid };
  return [
    page('GET /settings/webhooks', showWebhooks),
    page('GET /settings/webhooks/new', newWebhook),
    page('POST /settings/webhooks', createWebhook),
    page('GET /settings/webhooks/:id', showWebhook, byId),
    page('GET /settings/webhooks/:id/edit', editWebhook, byId),
    page('POST /settings/webhooks/:id/edit', saveWebhook, byId),
    page('POST /settings/webhooks/:id/secret', rotateSecret, byId),
    page('POST /settings/webhooks/:id/state', changeState, byId),
    page('POST /settings/webhooks/:id/test', sendTest, byId),
    page('POST /settings/webhooks/:id/removal', remove, byId),
    page('POST /settings/webhooks/:id/restoration', restore, byId),
    page('POST /settings/webhooks/:id/replays', replayFailed, byId),
    page('GET /settings/webhooks/:id/deliveries/:delivery', showDelivery, ofDelivery),
    page('POST /settings/webhooks/:id/deliveries/:delivery/replay', replay, ofDelivery),
  ];
}

async function showWebhooks(call: PageCall): Promise<PageAnswer> {
  const { t, render } = call;
  const { data } = await readApi<{ readonly data: readonly ShownWebhook[] }>(call, '/webhooks');
  const title = t('webhooks.title');
  const html = render('core:webhooks/list', { title, items: data.map((webhook) => webhookItem(call, webhook)) });
  const breadcrumbs = [{ label: t('settings.title'), href: '/settings' }, { label: title }];
  return showPage({ title, breadcrumbs, blocks: [settingsTabs(call, webhooksHref), { name: 'webhooks', html }] });
}

async function changeState(call: PageCall): Promise<PageAnswer> {
  const state = textOf(formOf(call), 'state') === 'paused' ? 'paused' : 'active';
  await callApi(call, 'PATCH', pathOf(call), { body: { state }, ifVersion: '*' });
  return goTo(hrefOf(call), { text: call.t(`webhooks.now.${state}`) });
}

async function sendTest(call: PageCall): Promise<PageAnswer> {
  const sent: ShownDelivery[] = [];
  const problems = await problemsIn(call, [], async () => {
    sent.push((await callApi(call, 'POST', `${pathOf(call)}/test`)).body as ShownDelivery);
  });
  const [delivery] = sent;
  if (delivery === undefined) return goTo(hrefOf(call), { text: problems?.general.join(' ') ?? '', tone: 'bad' });
  const isFine = delivery.state === 'delivered';
  const text = call.t(isFine ? 'webhooks.testArrived' : 'webhooks.testFailed');
  return goTo(`${hrefOf(call)}/deliveries/${delivery.id}`, isFine ? { text } : { text, tone: 'bad' });
}

async function remove(call: PageCall): Promise<PageAnswer> {
  await callApi(call, 'DELETE', pathOf(call));
  return goTo(webhooksHref, { text: call.t('webhooks.removed'), undoAction: `${hrefOf(call)}/restoration` });
}

async function restore(call: PageCall): Promise<PageAnswer> {
  await callApi(call, 'POST', `${pathOf(call)}/restoration`);
  return goTo(hrefOf(call), { text: call.t('webhooks.restored') });
}

/** As long as the log goes back. */
const keptMs = 30 * 86_400_000;

async function replayFailed(call: PageCall): Promise<PageAnswer> {
  const since = new Date(call.env.now.getTime() - keptMs).toISOString();
  return sendAgain(call, hrefOf(call), async () => {
    const { body } = await callApi(call, 'POST', `${pathOf(call)}/replays`, { body: { since } });
    return (body as { readonly count: number }).count;
  });
}

async function replay(call: PageCall): Promise<PageAnswer> {
  const delivery = `/deliveries/${call.request.params['delivery'] ?? ''}`;
  return sendAgain(call, `${hrefOf(call)}${delivery}`, async () => {
    await callApi(call, 'POST', `${pathOf(call)}${delivery}/replay`);
    return 1;
  });
}

/** @param act sends messages again. @returns how many */
async function sendAgain(call: PageCall, href: string, act: () => Promise<number>): Promise<PageAnswer> {
  const sent: number[] = [];
  const problems = await problemsIn(call, [], async () => {
    sent.push(await act());
  });
  if (problems !== null) return goTo(href, { text: problems.general.join(' '), tone: 'bad' });
  const [count = 0] = sent;
  const { state } = await readApi<ShownWebhook>(call, pathOf(call));
  return goTo(href, { text: call.t(state === 'paused' ? 'webhooks.replayedPaused' : 'webhooks.replayed', { count }) });
}

function pathOf({ request }: PageCall): string {
  return `/webhooks/${request.params['id'] ?? ''}`;
}

function hrefOf(call: PageCall): string {
  return `/settings${pathOf(call)}`;
}
