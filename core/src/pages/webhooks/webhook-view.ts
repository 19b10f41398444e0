import type { PageCall } from '../page-call.js';
import type { ShownAttempt, ShownDelivery, ShownTopic, ShownWebhook } from './webhook-api.js';

/** Where the pages about webhooks are. */
export const webhooksHref = '/settings/webhooks';

const webhookTones = { active: 'ok', paused: 'warn', disabled: undefined } as const;
const deliveryTones = { waiting: 'accent', delivered: 'ok', failed: 'bad', dropped: undefined } as const;

/** A webhook as a row of the list. */
export function webhookItem(call: PageCall, webhook: ShownWebhook): object {
  const { id, url, description, topics, failed, waiting } = webhook;
  const { t } = call;
  const notes = [
    ...(description === '' ? [] : [description]),
    topicsText(call, topics),
    ...(waiting === 0 ? [] : [t('webhooks.waiting', { count: waiting })]),
    ...(failed === 0 ? [] : [t('webhooks.failed', { count: failed })]),
  ];
  return {
    title: url,
    href: `${webhooksHref}/${id}`,
    note: notes.join(' · '),
    icon: 'webhook',
    tag: stateTag(call, webhook),
  };
}

/** A webhook's state as a tag. */
export function stateTag({ t }: PageCall, { state, failingSince }: ShownWebhook): object {
  if (state === 'active' && failingSince !== null) return { label: t('webhooks.state.failing'), tone: 'bad' };
  return { label: t(`webhooks.state.${state}`), tone: webhookTones[state] };
}

/** A message as a row of the log. */
export function deliveryItem(call: PageCall, webhookId: string, delivery: ShownDelivery): object {
  const { t, env, request } = call;
  const { formatters } = request.generation.views;
  const { id, type, state, attempts, nextAt, createdAt, last } = delivery;
  const notes = [
    formatters.timeAgo(env, createdAt),
    ...(last === null ? [] : [resultText(call, last), t('webhooks.took', { ms: last.durationMs })]),
    ...(attempts > 1 ? [t('webhooks.attempts', { count: attempts })] : []),
    ...(nextAt === null || attempts === 0 ? [] : [t('webhooks.again', { when: formatters.dateTime(env, nextAt) })]),
  ];
  return {
    title: topicText(call, type),
    href: `${webhooksHref}/${webhookId}/deliveries/${id}`,
    note: notes.join(' · '),
    tag: { label: t(`webhooks.delivery.${state}`), tone: deliveryTones[state] },
  };
}

/** One try of a message. */
export function attemptView(call: PageCall, attempt: ShownAttempt): object {
  const { t, env, request } = call;
  const isFine = attempt.status !== null && attempt.status >= 200 && attempt.status < 300;
  return {
    title: resultText(call, attempt),
    tag: isFine
      ? { label: t('webhooks.delivery.delivered'), tone: 'ok' }
      : { label: t('webhooks.delivery.failed'), tone: 'bad' },
    note: `${request.generation.views.formatters.dateTime(env, attempt.at)} · ${t('webhooks.took', { ms: attempt.durationMs })}`,
    answer: attempt.answer,
  };
}

/** A message's state as a tag. */
export function deliveryTag({ t }: PageCall, { state }: ShownDelivery): object {
  return { label: t(`webhooks.delivery.${state}`), tone: deliveryTones[state] };
}

function resultText({ t, env, request }: PageCall, { status, error }: ShownAttempt): string {
  if (status !== null) return t('webhooks.status', { status: String(status) });
  const key = `webhooks.error.${error ?? ''}`;
  return request.generation.views.hasText(env, 'core', key) ? t(key) : (error ?? '');
}

/** What a webhook asks for, in a few words. */
function topicsText(call: PageCall, topics: readonly string[]): string {
  const [first = '', second, ...more] = topics.map((topic) => topicText(call, topic));
  if (second === undefined) return first;
  return more.length === 0
    ? `${first}, ${second}`
    : call.t('webhooks.topicsMore', { first, second, count: more.length });
}

/** A topic in words: `Deals: all events`, `Deal created`; what nobody named goes by its id. */
export function topicText(call: PageCall, topic: string): string {
  const named = namedTopics.get(topic);
  return named === undefined ? entityTopicText(call, topic) : call.t(named);
}

const namedTopics: ReadonlyMap<string, string> = new Map([
  ['*', 'webhooks.everything'],
  ['core.webhook-test', 'webhooks.testEvent'],
]);

const entityTopic = /^(.+?)(?:\.\*|-(created|updated|trashed|restored|purged|merged))$/;

function entityTopicText(call: PageCall, topic: string): string {
  const {
    t,
    labels,
    request: { generation },
  } = call;
  const [, entity = topic, change] = entityTopic.exec(topic) ?? [];
  const definition = generation.entities.get(entity)?.definition;
  if (definition === undefined) return eventText(call, topic);
  if (change === undefined) return t('webhooks.allOf', { many: labels.many(definition) });
  return t(`webhooks.change.${change}`, { one: labels.one(definition) });
}

/** An event that is no change of a record, as its module names it: `event.deal-won`. */
function eventText({ env, request: { generation } }: PageCall, topic: string): string {
  const [module = '', ...name] = topic.split('.');
  const key = `event.${name.join('.')}`;
  return generation.views.hasText(env, module, key) ? generation.views.translate(env, module, key) : topic;
}

/** The events one can choose, entity by entity, as groups of boxes. */
export function topicGroups(call: PageCall, topics: readonly ShownTopic[]): readonly object[] {
  const {
    t,
    labels,
    request: { generation },
  } = call;
  const option = ({ topic }: ShownTopic): object => ({ value: topic, label: topicText(call, topic) });
  const byEntity = Map.groupBy(topics, ({ entity }) =>
    entity !== null && generation.entities.has(entity) ? entity : null,
  );
  const others = byEntity.get(null) ?? [];
  const groups = [...byEntity].flatMap(([entity, ofEntity]) => {
    const definition = entity === null ? undefined : generation.entities.get(entity)?.definition;
    return definition === undefined ? [] : [{ label: labels.many(definition), options: ofEntity.map(option) }];
  });
  return [
    { label: t('webhooks.everythingGroup'), options: others.filter(({ topic }) => topic === '*').map(option) },
    ...groups,
    { label: t('webhooks.otherGroup'), options: others.filter(({ topic }) => topic !== '*').map(option) },
  ].filter(({ options }) => options.length > 0);
}
