import { readApi } from '../api-client.js';
import type { PageCall } from '../page-call.js';
import { showPage, type PageAnswer } from '../page-endpoint.js';
import { settingsTabs } from '../settings/settings-tabs.js';
import type { ShownDelivery, ShownDeliveryDetail, ShownWebhook } from './webhook-api.js';
import { attemptView, deliveryItem, deliveryTag, stateTag, topicText, webhooksHref } from './webhook-view.js';

const states = ['waiting', 'delivered', 'failed', 'dropped'] as const;

interface LogPage {
  readonly data: readonly ShownDelivery[];
  readonly page: { readonly next: string | null };
}

/** `GET /settings/webhooks/:id`: the webhook and its log. */
export async function showWebhook(call: PageCall): Promise<PageAnswer> {
  const { t, render, request } = call;
  const path = `/webhooks/${request.params['id'] ?? ''}`;
  const state = states.find((known) => known === request.url.searchParams.get('state'));
  const after = request.url.searchParams.get('after');
  const query = { ...(state && { state }), ...(after !== null && { after }) };
  const [webhook, log] = await Promise.all([
    readApi<ShownWebhook>(call, path),
    readApi<LogPage>(call, `${path}/deliveries`, query),
  ]);
  const href = `${webhooksHref}/${webhook.id}`;
  const blocks = [
    settingsTabs(call, webhooksHref),
    {
      name: 'webhook',
      column: 'main' as const,
      html: render('core:webhooks/log', logView(call, { webhook, log, state })),
    },
    { name: 'about', column: 'side' as const, html: render('core:webhooks/about', aboutView(call, webhook, href)) },
  ];
  const breadcrumbs = [{ label: t('webhooks.title'), href: webhooksHref }, { label: webhook.url }];
  return showPage({ title: webhook.url, breadcrumbs, blocks });
}

interface Shown {
  readonly webhook: ShownWebhook;
  readonly log: LogPage;
  readonly state: (typeof states)[number] | undefined;
}

function logView(call: PageCall, { webhook, log, state }: Shown): object {
  const { t, env, request } = call;
  const href = `${webhooksHref}/${webhook.id}`;
  const since = webhook.failingSince;
  const filter = state === undefined ? '' : `&state=${state}`;
  return {
    title: webhook.url,
    text: webhook.description,
    tag: stateTag(call, webhook),
    reason: webhook.stateReason === null ? undefined : t(`webhooks.reason.${webhook.stateReason}`),
    failing:
      since === null
        ? undefined
        : t('webhooks.failingSince', { when: request.generation.views.formatters.dateTime(env, since) }),
    isActive: webhook.state === 'active',
    pauseFields: [{ name: 'state', value: 'paused' }],
    stateAction: `${href}/state`,
    testAction: `${href}/test`,
    replayAction: webhook.failed > 0 ? `${href}/replays` : undefined,
    tabs: [undefined, ...states].map((one) => ({
      label: t(`webhooks.delivery.${one ?? 'all'}`),
      href: one === undefined ? href : `${href}?state=${one}`,
      isCurrent: one === state,
    })),
    items: log.data.map((delivery) => deliveryItem(call, webhook.id, delivery)),
    nextHref: log.page.next === null ? undefined : `${href}?after=${log.page.next}${filter}`,
  };
}

function aboutView(call: PageCall, { topics, formerSecretUntil }: ShownWebhook, href: string): object {
  const { t, env, request } = call;
  const until = formerSecretUntil;
  return {
    topics: topics.map((topic) => ({ title: topicText(call, topic), icon: 'bolt' })),
    editHref: `${href}/edit`,
    secretAction: `${href}/secret`,
    removeAction: `${href}/removal`,
    overlap:
      until === null
        ? undefined
        : t('webhooks.overlap', { until: request.generation.views.formatters.dateTime(env, until) }),
  };
}

/** `GET /settings/webhooks/:id/deliveries/:delivery`: what was sent, and what came back each time. */
export async function showDelivery(call: PageCall): Promise<PageAnswer> {
  const { t, render, request, env } = call;
  const { id = '', delivery: deliveryId = '' } = request.params;
  const path = `/webhooks/${id}`;
  const [webhook, delivery] = await Promise.all([
    readApi<ShownWebhook>(call, path),
    readApi<ShownDeliveryDetail>(call, `${path}/deliveries/${deliveryId}`),
  ]);
  const title = topicText(call, delivery.type);
  const html = render('core:webhooks/delivery', {
    title,
    text: `${delivery.messageId} · ${request.generation.views.formatters.dateTime(env, delivery.createdAt)}`,
    tag: deliveryTag(call, delivery),
    body: delivery.body,
    tries: delivery.tries.map((attempt) => attemptView(call, attempt)),
    replayAction: `${webhooksHref}/${id}/deliveries/${delivery.id}/replay`,
  });
  const href = `${webhooksHref}/${id}`;
  const breadcrumbs = [
    { label: t('webhooks.title'), href: webhooksHref },
    { label: webhook.url, href },
    { label: title },
  ];
  return showPage({ title, breadcrumbs, blocks: [{ name: 'delivery', html }] });
}
