import type { Id } from '@trellis-crm/sdk';
import type { SecretBox } from '../secrets/index.js';

/** Nobody fills in a form faster than that. */
const leastMs = 2000;

/** A hidden value that tells when the form was shown; nobody but this installation can make one. */
export function shownAt(secrets: SecretBox, formId: Id, now: Date): string {
  return secrets.seal(`${formId} ${now.getTime()}`).$sealed;
}

/** Whether somebody had the time to fill in a form that was shown with this value. */
export function hadTime(
  secrets: SecretBox,
  formId: Id,
  { given, now }: { readonly given: string; readonly now: Date },
): boolean {
  const [id, at] = (given.length > 500 ? undefined : secrets.open({ $sealed: given }))?.split(' ') ?? [];
  return id === formId && now.getTime() - Number(at) >= leastMs;
}
