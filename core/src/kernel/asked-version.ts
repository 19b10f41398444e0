import { PreconditionError, StaleError } from '@trellis-crm/sdk';
import type { EndpointRequest } from './generation.js';

/** The version that a change is meant for; `'*'`: whatever there is by now. */
export type AskedVersion = number | '*';

/** What `If-Match` says. @throws PreconditionError `if_match_required` when it says nothing */
export function askedVersion({ ifVersion }: Pick<EndpointRequest, 'ifVersion'>): AskedVersion {
  if (ifVersion === null) throw new PreconditionError('if_match_required');
  return ifVersion;
}

/** Refuses a change of what somebody else changed meanwhile. @throws StaleError `stale_version` */
export function refuseStale(asked: AskedVersion, present: number): void {
  if (asked !== '*' && asked !== present) throw new StaleError('stale_version', { version: present });
}
