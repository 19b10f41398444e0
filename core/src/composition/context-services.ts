import { appendEvents } from '../events/outbox.js';
import { enqueueJob } from '../jobs/job-queue.js';
import { actorKey, type ContextParts } from '../kernel/index.js';
import { Mailer } from '../mail/index.js';
import { giveNotice } from '../notifications/index.js';
import { formatOf, type ViewEnv } from '../views/index.js';
import type { Foundation } from './foundation.js';

/** What contexts ask of events, jobs and views, in the kernel's terms. */
export function contextServices({
  clock,
  info,
  container,
}: Pick<Foundation, 'clock' | 'info' | 'container'>): Pick<
  ContextParts,
  'appendEvent' | 'enqueue' | 'format' | 'notify' | 'sendMail' | 'translate'
> {
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
    async sendMail(connection, { generation, module, identity }, mail) {
      const order = { ...mail, module, actor: actorKey(identity) };
      return (await container.resolve(Mailer).queue(connection, generation, [order])) > 0;
    },
    notify: giveNotice,
    format: (generation, identity) => formatOf(generation.views, envOf(identity.locale, identity.timeZone)),
    translate: (generation, locale, ...text) => generation.views.translate(envOf(locale, info().timeZone), ...text),
  };
}
