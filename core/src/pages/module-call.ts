import type { Context } from '@trellis-crm/sdk';
import type { PageCall } from './page-call.js';

/** How a module's callback ended: with its value, or not in time, or with a fault that was logged. */
export type ModuleOutcome<T> = { readonly isDone: true; readonly value: T } | { readonly isDone: false };

/** Calls into a module on behalf of the person, for at most `timeoutMs`; a fault stays here, its context is revoked after the time-out. */
export async function callModule<T>(
  call: PageCall,
  callback: { readonly module: string; readonly what: string; readonly timeoutMs: number },
  run: (ctx: Context) => Promise<T>,
): Promise<ModuleOutcome<T>> {
  const { workspace, request } = call;
  const { module, what, timeoutMs } = callback;
  const deadline = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([request.signal, deadline]);
  const ctx = workspace.context({ generation: request.generation, module, identity: request.identity, signal });
  try {
    return { isDone: true, value: await Promise.race([run(ctx), rejectOn(signal)]) };
  } catch (error) {
    workspace.log.error({ err: error, module, what, requestId: request.requestId }, 'a module failed on a page');
    return { isDone: false };
  }
}

/** Runs over the items with at most `limit` under way; results in the order of the items. */
export async function mapAtMost<T, R>(limit: number, items: readonly T[], run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let place = next++; place < items.length; place = next++) results[place] = await run(items[place] as T);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}

function rejectOn(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
