import { quoted } from '../names.js';
import { ownersName, reachCondition, referenceParts } from './reference-parts.js';
import { presentConditions, type GateSubject, type WriteGate } from './write-gate.js';
import { ownerKey, type WriteShape } from './write-shape.js';

/** The gate of any number of records: one row that says whether it is open, and what was found if it is not. */
export function manyGate(subject: GateSubject): WriteGate {
  const { shape, text, tables } = subject;
  const references = referenceParts(text, shape, tables);
  const conditions = [
    ...references.conditions,
    ...(shape.reach === 'all' ? [] : [withinReachAfter(subject)]),
    ...(shape.present === null ? [] : ['(select count(*) from present) = (select count(*) from given)']),
  ];
  const gate = `gate as materialized (select ${conditions.length === 0 ? 'true' : conditions.join('\n    and ')} as is_fine)`;
  const isOpen = '(select is_fine from gate)';
  const admit: WriteGate['admit'] = (rows, ...more) => `${rows} where ${[...more, isOpen].join(' and ')}`;
  const { join, team } = ownersOf(shape);
  return {
    expressions: [...references.expressions, ...presentPart(subject), gate],
    isOpen,
    admit,
    created: { from: admit(`given n${join}`), team },
    answer: (count) =>
      `select g.is_fine, ${count}, ${references.owners}, case when g.is_fine then null else ${references.found} end from gate g`,
  };
}

function ownersOf({ references }: WriteShape): { readonly join: string; readonly team: string } {
  const hasOwners = references.some(({ target }) => target === ownerKey);
  if (!hasOwners) return { join: '', team: 'n."team_id"' };
  return { join: ` left join ${ownersName} o on o."id" = n."owner_id"`, team: 'o."team_id"' };
}

function withinReachAfter({ entity, shape, text }: GateSubject): string {
  const { join, team } = ownersOf(shape);
  const condition = reachCondition(text, entity, shape.reach, { owner: 'n."owner_id"', team });
  return `not exists (select 1 from given n${join} where (${condition}) is not true)`;
}

/** The rows there are, locked in the order of their ids so that two who write the same ones do not wait for each other. */
function presentPart(subject: GateSubject): string[] {
  const conditions = presentConditions(subject, 'r');
  if (conditions === null) return [];
  const { entity } = subject;
  return [
    `present as materialized (
  select r."id" from ${quoted(entity.schemaName, entity.tableName)} r join given n on n."id" = r."id"
  where ${conditions.join(' and ')} order by r."id" for no key update of r
)`,
  ];
}
