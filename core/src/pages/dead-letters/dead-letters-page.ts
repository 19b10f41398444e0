import { Uuid } from '@trellis-crm/sdk';
import type { Endpoint } from '../../http/endpoint.js';
import { callApi, readApi } from '../api-client.js';
import type { PageCall, PageDeps } from '../page-call.js';
import { goTo, pageEndpoint, showPage, type PageAnswer } from '../page-endpoint.js';

/** Deliveries of events that failed for good: look, deliver once more, drop, take back. */
export function deadLetterPages(deps: PageDeps): readonly Endpoint[] {
  const guard = { access: 'core.event:administer', params: { id: Uuid } } as const;
  return [
    pageEndpoint(deps, 'GET /dead-letters', { access: 'core.event:administer', handle: showDeadLetters }),
    pageEndpoint(deps, 'POST /dead-letters/:id/replay', {
      ...guard,
      handle: (call) => act(call, 'POST', { below: '/replay', done: 'replayed' }),
    }),
    pageEndpoint(deps, 'POST /dead-letters/:id/removal', {
      ...guard,
      handle: (call) => act(call, 'DELETE', { done: 'dropped', undo: '/restoration' }),
    }),
    pageEndpoint(deps, 'POST /dead-letters/:id/restoration', {
      ...guard,
      handle: (call) => act(call, 'POST', { below: '/restoration', done: 'restored' }),
    }),
  ];
}

interface DeadLetter {
  readonly id: string;
  readonly subscription: string;
  readonly event: string;
  readonly attempts: number;
  readonly lastError: string | null;
  readonly failedAt: string;
}

interface DeadLetterPage {
  readonly data: readonly DeadLetter[];
  readonly page: { readonly next: string | null };
}

async function showDeadLetters(call: PageCall): Promise<PageAnswer> {
  const { t, render, request } = call;
  const after = request.url.searchParams.get('after');
  const { data, page } = await readApi<DeadLetterPage>(call, '/dead-letters', after === null ? {} : { after });
  const title = t('deadLetters.title');
  const html = render('core:dead-letters/list', {
    title,
    items: data.map((letter) => letterView(call, letter)),
    nextHref: page.next === null ? undefined : `/dead-letters?after=${page.next}`,
  });
  return showPage({ title, breadcrumbs: [{ label: title }], blocks: [{ name: 'dead-letters', html }] });
}

function letterView(
  { t, env, request }: PageCall,
  { id, subscription, event, attempts, lastError, failedAt }: DeadLetter,
): object {
  const when = request.generation.views.formatters.timeAgo(env, failedAt);
  return {
    title: `${event} → ${subscription}`,
    note: t('deadLetters.note', { attempts, when }),
    error: lastError ?? '',
    replayAction: `/dead-letters/${id}/replay`,
    dropAction: `/dead-letters/${id}/removal`,
  };
}

/** What is done to a letter: where below its address, what is said then, and where it is taken back. */
interface LetterAct {
  readonly below?: '/replay' | '/restoration';
  readonly done: 'replayed' | 'dropped' | 'restored';
  readonly undo?: '/restoration';
}

async function act(call: PageCall, method: 'POST' | 'DELETE', letterAct: LetterAct): Promise<PageAnswer> {
  const { below = '', done, undo } = letterAct;
  const letter = `/dead-letters/${call.request.params['id'] ?? ''}`;
  await callApi(call, method, `${letter}${below}`);
  const text = call.t(`deadLetters.${done}`);
  return goTo('/dead-letters', undo === undefined ? { text } : { text, undoAction: `${letter}${undo}` });
}
