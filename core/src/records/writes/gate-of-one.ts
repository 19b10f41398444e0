import { quoted } from '../names.js';
import { isFineTarget, reachCondition } from './reference-parts.js';
import { presentConditions, type GateSubject, type WriteGate } from './write-gate.js';
import { ownerKey, type ReferenceCheck } from './write-shape.js';

/**
 * The gate of a single record: one row while it is open, with the owner and their team, and none while it is shut. It finds and
 * locks everything in one join, whose conditions hold for the rows as they are once a lock had to wait; why it is
 * shut is told by the statement for many. Locks are the same there and here, taken in the same order.
 */
export function oneGate(subject: GateSubject): WriteGate {
  const { entity, shape, text } = subject;
  const hasOwner = shape.references.some(({ target }) => target === ownerKey);
  const team = hasOwner ? `${ownerRow}."team_id"` : 'n."team_id"';
  const rows = [
    ...shape.references.map((check, position) => referredRow(subject, check, position)),
    ...presentRow(subject),
  ];
  const reach = reachCondition(text, entity, shape.reach, { owner: 'n."owner_id"', team });
  const conditions = [...rows.flatMap((row) => row.conditions), reach].filter((condition) => condition !== 'true');
  const found = hasOwner ? `${ownerRow}."id" as "~owner", ${team} as "~team"` : 'true as "~open"';
  const gate = `gate as materialized (
  select ${found} from ${['given n', ...rows.flatMap(({ from }) => from)].join(', ')}${whereAll(conditions)}
  ${rows.flatMap(({ lock }) => lock).join(' ')}
)`;
  const admit: WriteGate['admit'] = (given, ...more) => `${given}, gate g${whereAll(more)}`;
  const owners = hasOwner ? 'jsonb_build_array(jsonb_build_array(g."~owner", g."~team", false))' : 'null';
  return {
    expressions: [gate],
    isOpen: 'exists (select from gate)',
    admit,
    created: { from: admit('given n'), team: hasOwner ? 'g."~team"' : team },
    answer: (count) => `select true, ${count}, ${owners}, null from gate g`,
  };
}

/** A row that the gate joins. */
interface LockedRow {
  readonly from: readonly string[];
  readonly conditions: readonly string[];
  readonly lock: readonly string[];
}

const ownerRow = 'o';

function referredRow({ text, tables }: GateSubject, check: ReferenceCheck, position: number): LockedRow {
  const isOwner = check.target === ownerKey;
  const table = tables.get(isOwner ? 'core.user' : check.target);
  if (table === undefined) return { from: [], conditions: ['false'], lock: [] };
  const row = isOwner ? ownerRow : `t${position}`;
  const id = text.value('uuid', ({ references }) => references.get(check.target)?.[0]);
  return {
    from: [`${quoted(table.schemaName, table.tableName)} ${row}`],
    conditions: [`${row}."id" = ${id}`, `${row}."deleted_at" is null`, isFineTarget(text, table, check, row)],
    lock: [`for ${isOwner ? 'share' : 'key share'} of ${row}`],
  };
}

function presentRow(subject: GateSubject): LockedRow[] {
  const conditions = presentConditions(subject, 'p');
  if (conditions === null) return [];
  const { schemaName, tableName } = subject.entity;
  return [
    {
      from: [`${quoted(schemaName, tableName)} p`],
      conditions: ['p."id" = n."id"', ...conditions],
      lock: ['for no key update of p'],
    },
  ];
}

function whereAll(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`;
}
