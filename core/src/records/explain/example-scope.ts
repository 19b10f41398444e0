import type { Reach } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { Identity } from '../../auth/identity.js';
import type { CompiledEntity } from '../compiled-entity.js';
import type { Calendar } from '../conditions/calendar.js';
import type { QueryScope } from '../record-scope.js';

/** Every reach, the narrowest first. */
export const reaches: readonly Reach[] = ['own', 'team', 'subtree', 'all'];

/** A scope in which every right has the same reach, for statements that are only looked at. */
export function exampleScope(entities: ReadonlyMap<string, CompiledEntity>, db: Knex, reach: Reach): QueryScope {
  const generation = { entities, guards: new Map<string, never>() };
  const calendar = (): Calendar => ({ today: '2026-01-01', timeZone: 'UTC', weekStart: 1, fiscalYearStart: 1 });
  return { generation, identity: exampleIdentity(reach), db, elevatedFor: null, phoneCountry: null, calendar };
}

/** Some id: none that exists, and none that is needed, since values are no part of a statement. */
export const exampleId = '00000000-0000-7000-8000-000000000000';

/** Somebody in one team with three below it. */
function exampleIdentity(reach: Reach): Identity {
  return {
    ...{ kind: 'user', id: exampleId, name: 'Example', userId: exampleId, teamId: exampleId },
    ...{ locale: 'en', timeZone: 'UTC', roleKey: null, scopes: null, onBehalfOf: null },
    teamIds: [exampleId],
    subtreeTeamIds: [exampleId, exampleId, exampleId, exampleId],
    reach: () => reach,
  };
}
