import type { Format } from '@trellis-crm/sdk';
import { appendEvents } from '../events/outbox.js';
import { enqueueJob } from '../jobs/job-queue.js';
import { actorKey, type ContextParts, type Generation } from '../kernel/index.js';
import type { ViewEnv } from '../views/index.js';
import type { Foundation } from './foundation.js';

/** What contexts ask of events, jobs and views, in the kernel's terms. */
export function contextServices({
  clock,
  info,
}: Pick<Foundation, 'clock' | 'info'>): Pick<ContextParts, 'appendEvent' | 'enqueue' | 'format' | 'translate'> {
  const envOf = (locale: string, timeZone: string): ViewEnv => ({
    locale,
    timeZone,
    currency: info().baseCurrency,
    theme: 'system',
    csrfToken: '',
    url: '',
    now: clock.now(),
  });
  return {
    appendEvent: (unit, event, payload, identity) =>
      appendEvents(unit, [
        { event, payload, recordVersion: null, actor: actorKey(identity), onBehalfOf: identity.onBehalfOf },
      ]),
    enqueue: (connection, { runAt, ...job }) =>
      enqueueJob(connection, {
        ...job,
        payload: job.payload as Readonly<Record<string, unknown>>,
        ...(runAt === undefined ? {} : { runAt: new Date(runAt) }),
      }),
    format: (generation, identity) => formatFor(generation, envOf(identity.locale, identity.timeZone)),
    translate: (generation, locale, ...text) => generation.views.translate(envOf(locale, info().timeZone), ...text),
  };
}

function formatFor({ views }: Generation, env: ViewEnv): Format {
  const { formatters } = views;
  return {
    money: (value, options) => formatters.money(env, value, { isCompact: options?.compact === true }),
    number: (value) => formatters.number(env, value),
    percent: (value) => formatters.percent(env, value),
    date: (value, options) => formatters.date(env, value, { isCompact: options?.compact === true }),
    dateTime: (value) => formatters.dateTime(env, value),
  };
}
