import { isTrellisError, type TrellisError } from '@trellis-crm/sdk';

/** Whether an error is about what the records of a set say, so that leaving some out helps. */
export function isAboutRows(error: unknown): error is TrellisError {
  return isTrellisError(error) && error.status >= 400 && error.status < 500 && error.kind !== 'rate-limit';
}
