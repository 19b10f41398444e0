import { toPublicError } from '../http/error-handler.js';
import { refusalText } from './form/problem-text.js';
import type { PageCall } from './page-call.js';
import { goTo, type PageAnswer } from './page-endpoint.js';

/** Does what a button asks for; who is refused because somebody was faster reads why on the page that shows how things are now. */
export async function orTold(call: PageCall, href: string, act: () => Promise<PageAnswer>): Promise<PageAnswer> {
  try {
    return await act();
  } catch (cause) {
    const error = toPublicError(cause);
    if (!told.has(error.kind)) throw cause;
    const text = error.kind === 'stale' ? call.t('errors.changedSince') : refusalText(call, error);
    return goTo(href, { text, tone: 'bad' });
  }
}

const told: ReadonlySet<string> = new Set(['conflict', 'stale', 'validation']);
