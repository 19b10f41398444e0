import type { Identity } from './identity.js';

/** Language and zone of somebody who has none of their own. */
export interface Place {
  readonly locale: string;
  readonly timeZone: string;
}

/** Somebody who has not signed in: no rights at all. */
export function anonymousIdentity(place: Place): Identity {
  return { ...nobody, ...place, kind: 'anonymous', id: 'anonymous', name: 'Anonymous', reach: () => null };
}

/** Whoever works at the command line of the server: everything. */
export function operatorIdentity(place: Place): Identity {
  return { ...nobody, ...place, kind: 'operator', id: 'operator', name: 'Operator', reach: () => 'all' };
}

const nobody = {
  userId: null,
  teamId: null,
  teamIds: [],
  subtreeTeamIds: [],
  roleKey: null,
  scopes: null,
  onBehalfOf: null,
} as const;
