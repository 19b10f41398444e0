import type { Reach } from '@trellis-crm/sdk';
import { quoted } from '../names.js';
import type { StatementText } from './statement-text.js';
import {
  ownerKey,
  type CheckedTable,
  type CheckedTables,
  type ReferenceCheck,
  type WriteInput,
  type WriteShape,
} from './write-shape.js';

/** Common table expressions that look at what records refer to, the condition under which the write happens, and what they found. */
export interface ReferenceParts {
  readonly expressions: readonly string[];
  /** Holds when every reference is in order. */
  readonly conditions: readonly string[];
  /** JSON array of `[id, team, hasLeft]` of the owners there are. */
  readonly owners: string;
  /** JSON object: ids that may be referred to, by entity. */
  readonly found: string;
}

/**
 * Looks up what records newly refer to and locks it until the end of the transaction. Key-share locks are what the foreign key
 * takes anyway; they make whoever trashes the target wait. Owners are locked against any change, so that a deactivation comes
 * before the check or hands over what is written after it. A lock that had to wait sees the row as it is then.
 */
export function referenceParts(
  text: StatementText<WriteInput>,
  { references }: Pick<WriteShape, 'references'>,
  tables: CheckedTables,
): ReferenceParts {
  const checks = references.map((check, position) => referencePart(text, check, position, tables));
  const others = checks.flatMap(({ target, name }) =>
    target === ownerKey || name === null
      ? []
      : [`'${target}', (select jsonb_agg(t.id) from ${name} t where t.is_fine)`],
  );
  const hasOwners = checks.some(({ target }) => target === ownerKey);
  return {
    expressions: checks.flatMap(({ expression }) => expression ?? []),
    conditions: checks.map(({ condition }) => condition),
    owners: hasOwners ? '(select jsonb_agg(jsonb_build_array(o.id, o.team_id, not o.is_fine)) from owners o)' : 'null',
    found: others.length === 0 ? 'null' : `jsonb_build_object(${others.join(', ')})`,
  };
}

interface ReferencePart {
  readonly target: string;
  /** Null for an entity there is not. */
  readonly name: string | null;
  readonly expression: string | null;
  readonly condition: string;
}

function referencePart(
  text: StatementText<WriteInput>,
  { target, reach }: ReferenceCheck,
  position: number,
  tables: CheckedTables,
): ReferencePart {
  const isOwner = target === ownerKey;
  const table = tables.get(isOwner ? 'core.user' : target);
  if (table === undefined) return { target, name: null, expression: null, condition: 'false' };
  const name = isOwner ? ownersName : `targets_${position}`;
  const ids = text.value('uuid[]', ({ references }) => references.get(target) ?? []);
  const isFine = isFineTarget(text, table, { target, reach }, 'r');
  return {
    target,
    name,
    expression: `${name} as materialized (
  select r."id", ${isFine} as is_fine${isOwner ? ', r."team_id"' : ''} from ${quoted(table.schemaName, table.tableName)} r
  where r."id" = any(${ids}) and r."deleted_at" is null for ${isOwner ? 'share' : 'key share'}
)`,
    condition: `(select count(*) from ${name} t where t.is_fine) = cardinality(${ids})`,
  };
}

/** Condition under which a row may be referred to: an owner must not have left, anything else be in sight. */
export function isFineTarget(
  text: StatementText<WriteInput>,
  table: CheckedTable,
  { target, reach }: ReferenceCheck,
  row: string,
): string {
  return target === ownerKey ? `${row}."status" <> 'inactive'` : reachCondition(text, table, reach, belongingOf(row));
}

/** Expression with the owners and their primary teams. */
export const ownersName = 'owners';

/** SQL of whose a record is. */
export interface Belonging {
  readonly owner: string;
  readonly team: string;
}

/** Whose the row with this name is. */
export function belongingOf(row: string): Belonging {
  return { owner: `${row}."owner_id"`, team: `${row}."team_id"` };
}

/** Condition that holds within the reach; null counts as false. Means the same as `isWithinReach`. */
export function reachCondition(
  text: StatementText<WriteInput>,
  { definition }: CheckedTable,
  reach: Reach | null,
  row: Belonging,
): string {
  if (reach === 'all') return 'true';
  if (reach === null || !definition.owned) return 'false';
  const own = `${row.owner} = ${text.value('uuid', ({ identity }) => identity.userId)}`;
  if (reach === 'own') return own;
  const teams = text.value('uuid[]', ({ identity }) => (reach === 'team' ? identity.teamIds : identity.subtreeTeamIds));
  return `(${own} or ${row.team} = any(${teams}))`;
}
