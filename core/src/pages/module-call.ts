import type { Context } from '@trellis-crm/sdk';
import type { PageCall } from './page-call.js';

/** How a module's callback ended: with its value, or not in time, or with a fault that was logged. */
export type ModuleOutcome<T> = { readonly isDone: true; readonly value: T } | { readonly isDone: false };

/** Calls into a module on behalf of the person, for at most `timeoutMs`; a fault stays here, its context is revoked after the call. */
export async function callModule<T>(
  { workspace, calls, request }: Pick<PageCall, 'workspace' | 'calls' | 'request'>,
  callback: { readonly module: string; readonly what: string; readonly timeoutMs: number },
  run: (ctx: Context) => Promise<T>,
): Promise<ModuleOutcome<T>> {
  const { generation, identity, requestId } = request;
  const { module, what } = callback;
  try {
    const value = await calls.run({ ...callback, signal: request.signal }, (signal) =>
      run(workspace.context({ generation, module, identity, requestId, signal })),
    );
    return { isDone: true, value };
  } catch (error) {
    workspace.log.warn({ err: error, module, what, requestId }, 'a part of a page is missing');
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
