import { cutHoles, hole } from '../../views/holed-markup.js';
import { escapeHtml, SafeHtml } from '../../views/safe-html.js';
import type { PageCall } from '../page-call.js';
import type { PageFacts } from './list-reader.js';
import { listAddress, type ListState } from './list-state.js';

/** What stands below the rows: how many there are, and the way on. @param firstHref address of the first page, when this is another */
export function pagerHtml(call: PageCall, state: ListState, page: PageFacts, firstHref?: string): SafeHtml {
  const { env, request, render } = call;
  const { fragments, holed } = request.generation.views;
  const summary = fragments.of(`count ${env.locale} ${String(page.count)} ${page.isCapped}`, () =>
    SafeHtml.trust(escapeHtml(summaryOf(call, page))),
  );
  const next = page.next === null ? undefined : listAddress({ ...state, after: page.next });
  const key = ['pager', env.locale, next !== undefined, firstHref !== undefined].join(' ');
  const pager = holed.of(key, () =>
    cutHoles(
      render('core:records/_pager', {
        summary: hole(0),
        ...(next !== undefined && { nextHref: hole(1), nextSource: hole(2) }),
        ...(firstHref !== undefined && { firstHref: hole(3) }),
      }),
    ),
  );
  const source = SafeHtml.trust(escapeHtml(next ?? ''));
  return pager.fill([summary, next ?? '', source, firstHref ?? '']);
}

function summaryOf({ t }: PageCall, { count, isCapped }: PageFacts): string {
  return count === null ? '' : t(isCapped ? 'list.countCapped' : 'list.count', { count });
}
