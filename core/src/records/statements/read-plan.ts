import { withCompletenessText } from '../../completeness/completeness-text.js';
import { runPrepared, type PreparedRow, type PreparedStatement } from '../../database/prepared.js';
import { runTogether } from '../../database/together.js';
import type { CompiledEntity, CompiledField } from '../compiled-entity.js';
import type { ReadScope } from '../record-scope.js';
import { finished, numbered, bindingsOf, type Sql } from '../sql.js';
import type { Included } from './included.js';
import { lacksKept, recordText, type AnswerSource } from './record-text.js';
import { fromClause, sidesOf, tableOf } from './source.js';
import { withTagsText } from '../tags/tags-text.js';

/** What a read of records shows and lets through. */
export interface ReadPlan {
  readonly entity: CompiledEntity;
  readonly fields: readonly CompiledField[];
  readonly included: readonly Included[];
  /** Whether each record is told with its tags. */
  readonly withTags?: boolean;
  /** Fields that may count for how complete a record is; each is told with it where they are given. */
  readonly completeness?: readonly CompiledField[] | null;
  readonly condition: Sql;
  /** Conditions of which a record must fulfil one, and cannot fulfil two. */
  readonly branches?: readonly Sql[] | undefined;
}

/** Pieces of a plan's statement, with numbered placeholders. */
export interface PlanTexts {
  /** The entity's own table. */
  readonly table: string;
  /** SQL of the record as text that is JSON. */
  readonly record: string;
  /** The table, or what stands for it, with the side tables that the fields and the condition need. */
  readonly from: (table?: string) => string;
  readonly condition: string;
  /** Conditions of the branches; none for a plan without. */
  readonly branches: readonly string[];
  /** The same without what only the fields need, for counting. */
  readonly bareFrom: string;
  /** Texts of the further pieces. */
  readonly further: readonly string[];
  readonly source: AnswerSource;
}

/** A statement under construction: its kind and the constants in it, and the pieces that hold values beside the plan's own. */
export interface Shape {
  readonly kind: string;
  readonly constants: readonly (string | number)[];
  readonly further: readonly Sql[];
  /** Plugins whose side tables the order needs. */
  readonly plugins?: readonly string[];
  /** Always quick, so that it may be sent together with others. */
  readonly isShort?: boolean;
  /** Where the texts of records come from when it is first asked; what is kept, unless told. */
  readonly source?: AnswerSource;
  readonly write: (texts: PlanTexts) => string;
}

/** A plan and a shape made ready to run, as often as wanted. */
export interface PlannedRead {
  readonly plan: ReadPlan;
  readonly shape: Shape;
  /** What the statement is kept under. */
  readonly key: string;
  /** Of all placeholders, in their order. */
  readonly values: readonly unknown[];
}

/** Makes a read ready to run. */
export function planRead(plan: ReadPlan, shape: Shape): PlannedRead {
  return { plan, shape, key: keyOf(plan, shape), values: bindingsOf(piecesOf(plan, shape)) };
}

/** Runs the statement that a plan and a shape make. */
export function runRead(scope: Pick<ReadScope, 'db'>, plan: ReadPlan, shape: Shape): Promise<readonly PreparedRow[]> {
  return runPlanned(scope, planRead(plan, shape));
}

/**
 * Runs the statement of a planned read; its text is written once per generation. Where a record does not keep its answer, a second one
 * builds all of them from columns and child tables.
 */
export async function runPlanned(
  scope: Pick<ReadScope, 'db'>,
  read: PlannedRead,
  values: readonly unknown[] = read.values,
): Promise<readonly PreparedRow[]> {
  const statement = statementFor(read, read.shape.source);
  const rows = await (read.shape.isShort === true
    ? runTogether(scope.db, 'read', statement, values)
    : runPrepared(scope.db, statement, values));
  const answer = rows[0]?.[0];
  const isWhole = typeof answer !== 'string' || !lacksKept(answer);
  return isWhole ? rows : runPrepared(scope.db, statementFor(read, 'built'), values);
}

/** The statement that a plan and a shape make. */
export function statementOf(plan: ReadPlan, shape: Shape, source = shape.source): PreparedStatement {
  return statementFor(planRead(plan, shape), source);
}

function statementFor({ plan, shape, key }: PlannedRead, source: AnswerSource = 'kept'): PreparedStatement {
  const name = source === 'kept' ? key : `${source}|${key}`;
  return plan.entity.reads.get(name, () => shape.write(textsOf(plan, shape, source)));
}

/** All that decides on the text. Values are not in it: they stand behind placeholders. */
function keyOf(plan: ReadPlan, { kind, constants, further }: Shape): string {
  const { entity, fields, included, condition, branches = [] } = plan;
  const shown = [fieldsKey(entity, fields), ...included.map(includeKey), ...besideKeys(plan)].join(';');
  return [kind, shown, condition.text, ...constants, ...[...branches, ...further].map(({ text }) => text)].join('|');
}

function besideKeys({ entity, withTags = false, completeness = null }: ReadPlan): readonly string[] {
  const counted = completeness === null ? [] : [`#completeness=${fieldsKey(entity, completeness)}`];
  return withTags ? ['#tags', ...counted] : counted;
}

function includeKey({ target: { field, item }, entity, fields, condition }: Included): string {
  const path = item === null ? field.path : `${field.path}.${item.path}`;
  return `${path}=${fieldsKey(entity, fields)} ${condition.text}`;
}

function fieldsKey(entity: CompiledEntity, fields: readonly CompiledField[]): string {
  return fields === entity.fieldList ? '*' : fields.map(({ path }) => path).join();
}

function piecesOf({ included, condition, branches = [] }: ReadPlan, { further }: Shape): readonly Sql[] {
  return [...included.map((include) => include.condition), condition, ...branches, ...further];
}

function textsOf(plan: ReadPlan, shape: Shape, source: AnswerSource): PlanTexts {
  const { entity, fields, condition, branches = [] } = plan;
  const texts = numbered(piecesOf(plan, shape));
  const included = plan.included.map((include, position) => ({ ...include, conditionText: texts[position] ?? '' }));
  const record = recordText(entity, fields, included, { source, prefix: '' });
  const [conditionText = '', ...rest] = texts.slice(included.length);
  const needed = [...condition.plugins, ...(shape.plugins ?? []), ...shape.further.flatMap((piece) => piece.plugins)];
  return {
    table: tableOf(entity),
    record: finished(withBeside(plan, record)),
    from: (table) => fromClause(entity, [...needed, ...sidesOf([...fields, ...(plan.completeness ?? [])])], '', table),
    condition: conditionText,
    branches: rest.slice(0, branches.length),
    bareFrom: fromClause(entity, condition.plugins),
    further: rest.slice(branches.length),
    source,
  };
}

/** SQL of a record with what is told beside its fields. */
function withBeside({ entity, withTags = false, completeness = null }: ReadPlan, record: string): string {
  const tagged = withTags ? withTagsText(entity.definition.id, record) : record;
  return completeness === null ? tagged : withCompletenessText(entity, completeness, tagged);
}
