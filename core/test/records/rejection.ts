import { isTrellisError, type TrellisError } from '@trellis-crm/sdk';

/** The error a call ends with; fails when it does not. */
export async function rejection(call: Promise<unknown> | (() => unknown)): Promise<TrellisError> {
  try {
    await (typeof call === 'function' ? call() : call);
  } catch (error) {
    if (isTrellisError(error)) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}

/** What it says is wrong, as `pointer code`. */
export async function problemsOf(call: Promise<unknown> | (() => unknown)): Promise<readonly string[]> {
  const { errors } = await rejection(call);
  return errors.map(({ pointer, code }) => `${pointer} ${code}`).toSorted();
}

/** Code of an error a call ended with, to be told apart from its success. */
export function codeOf(error: unknown): string {
  if (isTrellisError(error)) return error.code;
  throw error;
}

/** Text of any error. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}
