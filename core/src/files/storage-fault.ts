import { UnavailableError } from '@trellis-crm/sdk';

const fullCodes: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT']);

/** A full disk by its name; any other error as it is. */
export function namedFault(error: unknown): unknown {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return fullCodes.has(code) ? storageFull(error) : error;
}

/** There is no room for another file. */
export function storageFull(cause?: unknown): UnavailableError {
  const message = 'There is no room for another file at the moment. Please tell an administrator.';
  return new UnavailableError('storage_full', { retryAfterSeconds: 60 }, { message, cause });
}
