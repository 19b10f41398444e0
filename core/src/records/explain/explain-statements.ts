import type { Knex } from 'knex';
import type { CompiledEntity } from '../compiled-entity.js';
import type { ExplainedStatement } from './explained-statement.js';
import { exampleScope, reaches } from './example-scope.js';
import { countExamples, listExamples, readExamples } from './read-examples.js';
import { searchExamples } from './search-examples.js';
import { createExamples, deleteExamples, updateExamples } from './write-examples.js';

/** What an entity's statements are for. */
export const explainedVerbs = ['list', 'read', 'create', 'update', 'delete', 'import', 'count', 'search'] as const;

/** One of them. */
export type ExplainedVerb = (typeof explainedVerbs)[number];

/** A statement with its generic plan, as lines. */
export interface StatementPlan extends ExplainedStatement {
  readonly plan: readonly string[];
}

/** The statements of an entity for one verb, by reach. An import writes set by set with those of create and update, which read what was copied into tables of the connection. */
export function statementsOf(
  entities: ReadonlyMap<string, CompiledEntity>,
  entity: CompiledEntity,
  verb: ExplainedVerb,
  db: Knex,
): readonly ExplainedStatement[] {
  if (verb === 'delete') return deleteExamples(entities, entity);
  const some = entity.definition.owned ? reaches : (['all'] as const);
  return some.flatMap((reach) => {
    const scope = exampleScope(entities, db, reach);
    const examples: Readonly<Record<Exclude<ExplainedVerb, 'delete'>, () => readonly ExplainedStatement[]>> = {
      list: () => listExamples(scope, entity, reach),
      read: () => readExamples(scope, entity, reach),
      count: () => countExamples(scope, entity, reach),
      search: () => searchExamples(scope, entity, reach),
      create: () => fewForms.flatMap((form) => createExamples(entities, entity, reach, form)),
      update: () => fewForms.flatMap((form) => updateExamples(entities, entity, reach, form)),
      import: () => [
        ...createExamples(entities, entity, reach, 'staged'),
        ...updateExamples(entities, entity, reach, 'staged'),
      ],
    };
    return examples[verb]();
  });
}

/** How the rows of a call come. */
const fewForms = ['one', 'many'] as const;

/** Asks the database for the plans that requests get: those that suit any value. Nothing is run. */
export async function planStatements(
  knex: Knex,
  statements: readonly ExplainedStatement[],
): Promise<readonly StatementPlan[]> {
  return knex.transaction(async (trx) => {
    const planned: StatementPlan[] = [];
    for (const statement of statements) planned.push({ ...statement, plan: await planOf(trx, statement) });
    return planned;
  });
}

async function planOf(trx: Knex.Transaction, { text, stage = [] }: ExplainedStatement): Promise<readonly string[]> {
  for (const declaration of stage) await trx.raw(declaration);
  await trx.raw(`prepare trellis_explained as ${text.replaceAll('?', '\\?')}`);
  const count = await trx.raw<Rows<{ n: number }>>(
    `select coalesce(cardinality(parameter_types), 0) as n from pg_prepared_statements where name = 'trellis_explained'`,
  );
  const nulls = Array.from({ length: count.rows[0]?.n ?? 0 }, () => 'null').join(', ');
  const { rows } = await trx.raw<Rows<{ 'QUERY PLAN': string }>>(
    `explain execute trellis_explained${nulls === '' ? '' : `(${nulls})`}`,
  );
  await trx.raw('deallocate trellis_explained');
  return rows.map((row) => row['QUERY PLAN']);
}

interface Rows<R> {
  readonly rows: readonly R[];
}
