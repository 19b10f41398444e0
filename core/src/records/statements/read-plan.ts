import { runPrepared, type PreparedRow, type PreparedStatement } from '../../database/prepared.js';
import type { CompiledEntity, CompiledField } from '../compiled-entity.js';
import type { ReadScope } from '../record-scope.js';
import { finished, numbered, bindingsOf, type Sql } from '../sql.js';
import type { Included } from './included.js';
import { recordColumns } from './json-record.js';
import { fromClause, sidesOf } from './source.js';

/** What a read of records shows and lets through. */
export interface ReadPlan {
  readonly entity: CompiledEntity;
  readonly fields: readonly CompiledField[];
  readonly included: readonly Included[];
  readonly condition: Sql;
}

/** Pieces of a plan's statement, with numbered placeholders. */
export interface PlanTexts {
  /** Select list whose row is the record. */
  readonly columns: string;
  /** The table with the side tables that the fields and the condition need. */
  readonly from: string;
  readonly condition: string;
  /** The same without what only the fields need, for counting. */
  readonly bareFrom: string;
  /** Texts of the further pieces. */
  readonly further: readonly string[];
}

/** A statement under construction: its kind and the constants in it, and the pieces that hold values beside the plan's own. */
export interface Shape {
  readonly kind: string;
  readonly constants: readonly (string | number)[];
  readonly further: readonly Sql[];
  /** Plugins whose side tables the order needs. */
  readonly plugins?: readonly string[];
  readonly write: (texts: PlanTexts) => string;
}

/** Runs the statement that a plan and a shape make; its text is built once per generation. */
export function runRead(scope: Pick<ReadScope, 'db'>, plan: ReadPlan, shape: Shape): Promise<readonly PreparedRow[]> {
  return runPrepared(scope.db, statementOf(plan, shape), bindingsOf(piecesOf(plan, shape)));
}

/** The statement that a plan and a shape make. */
export function statementOf(plan: ReadPlan, shape: Shape): PreparedStatement {
  return plan.entity.reads.get(keyOf(plan, shape), () => shape.write(textsOf(plan, shape)));
}

/** All that decides on the text. Values are not in it: they stand behind placeholders. */
function keyOf({ entity, fields, included, condition }: ReadPlan, { kind, constants, further }: Shape): string {
  const shown = [fieldsKey(entity, fields), ...included.map(includeKey)].join(';');
  return [kind, shown, condition.text, ...constants, ...further.map(({ text }) => text)].join('|');
}

function includeKey({ target: { field, item }, entity, fields, condition }: Included): string {
  const path = item === null ? field.path : `${field.path}.${item.path}`;
  return `${path}=${fieldsKey(entity, fields)} ${condition.text}`;
}

function fieldsKey(entity: CompiledEntity, fields: readonly CompiledField[]): string {
  return fields === entity.fieldList ? '*' : fields.map(({ path }) => path).join();
}

function piecesOf({ included, condition }: ReadPlan, { further }: Shape): readonly Sql[] {
  return [...included.map((include) => include.condition), condition, ...further];
}

function textsOf(plan: ReadPlan, shape: Shape): PlanTexts {
  const { entity, fields, condition } = plan;
  const texts = numbered(piecesOf(plan, shape));
  const included = plan.included.map((include, position) => ({ ...include, conditionText: texts[position] ?? '' }));
  const further = texts.slice(included.length + 1);
  const plugins = [...condition.plugins, ...(shape.plugins ?? []), ...shape.further.flatMap((piece) => piece.plugins)];
  return {
    columns: finished(recordColumns(fields, included)),
    from: fromClause(entity, [...plugins, ...sidesOf(fields)]),
    condition: texts[included.length] ?? '',
    bareFrom: fromClause(entity, condition.plugins),
    further,
  };
}
