import type { Endpoint } from '../../http/endpoint.js';
import type { PageBlock } from '../../views/page-model.js';
import { callApi, readApi } from '../api-client.js';
import type { PageCall, PageDeps } from '../page-call.js';
import { goTo, pageEndpoint, type PageAnswer } from '../page-endpoint.js';

/** The address of one's calendar: given, renewed, ended. @param show the page about oneself, with an address that was made just now */
export function calendarFeedPages(
  deps: PageDeps,
  show: (call: PageCall, state: { readonly newCalendar: string }) => Promise<PageAnswer>,
): readonly Endpoint[] {
  const access = 'signed-in';
  return [
    pageEndpoint(deps, 'POST /me/calendar-feed', {
      access,
      async handle(call) {
        const { body } = await callApi(call, 'POST', '/me/calendar-feed');
        return show(call, { newCalendar: (body as { readonly url: string }).url });
      },
    }),
    pageEndpoint(deps, 'POST /me/calendar-feed/removal', {
      access,
      async handle(call) {
        await callApi(call, 'DELETE', '/me/calendar-feed');
        return goTo('/me', { text: call.t('tasks.feed.ended') });
      },
    }),
  ];
}

/** The card on the page about oneself. */
export async function calendarFeedBlock(call: PageCall, url: string | undefined): Promise<PageBlock> {
  const { createdAt } = await readApi<{ readonly createdAt: string | null }>(call, '/me/calendar-feed');
  const { formatters } = call.request.generation.views;
  const since = createdAt === null ? null : formatters.dateTime(call.env, createdAt);
  return { name: 'calendar-feed', column: 'side', html: call.render('core:me/calendar-feed', { url, since }) };
}
