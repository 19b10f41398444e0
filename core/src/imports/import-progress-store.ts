import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { DeferredReference, ImportTotals } from './engine/chunk-result.js';
import type { ImportProblem } from './import-problem.js';
import { ReferenceKey } from './mapping/import-value.js';

/** What a set of rows came to, to be stored in the transaction that writes them. */
export interface ChunkOutcome {
  /** Rows done before and after. */
  readonly from: number;
  readonly to: number;
  /** Totals of the whole import so far. */
  readonly totals: ImportTotals;
  readonly problems: readonly ImportProblem[];
  readonly deferred: readonly DeferredReference[];
}

/** Another process has taken over the import; this one must stop. */
export class ImportTakenOver extends Error {}

/** Moves an import forward. @throws ImportTakenOver when it does not stand where this run left it */
export async function saveChunk(trx: Knex.Transaction, id: Id, outcome: ChunkOutcome): Promise<void> {
  const { rowCount } = await trx.raw<{ rowCount: number }>(
    `update core.imports set rows_done = ?, totals = ? where id = ? and rows_done = ? and state = 'running'`,
    [outcome.to, JSON.stringify(outcome.totals), id, outcome.from],
  );
  if (rowCount !== 1) throw new ImportTakenOver('the import does not stand where this run left it');
  await addProblems(trx, id, outcome.problems);
  await addReferences(trx, id, outcome.deferred);
}

/** A reference waiting for the end of the rows. */
export interface WaitingReference extends DeferredReference {
  readonly position: number;
}

/** The next waiting references, in the order of the rows. */
export async function nextReferences(
  trx: Knex.Transaction,
  id: Id,
  limit: number,
): Promise<readonly WaitingReference[]> {
  const { rows } = await trx.raw<{ rows: ReferenceRow[] }>(
    `select position, line, column_name, entity, record_id, field, target_entity, key_kind, key, was_written
     from core.import_references where import_id = ? order by position limit ?`,
    [id, limit],
  );
  return rows.map((row) => ({
    position: row.position,
    line: row.line,
    column: row.column_name,
    entity: row.entity,
    recordId: row.record_id,
    field: row.field,
    reference: new ReferenceKey(row.target_entity, row.key_kind, row.key, { isDeferred: true, missing: 'notice' }),
    wasWritten: row.was_written,
  }));
}

/** Takes references off the list once they are dealt with. */
export async function removeReferences(trx: Knex.Transaction, id: Id, upTo: number): Promise<void> {
  await trx.raw('delete from core.import_references where import_id = ? and position <= ?', [id, upTo]);
}

/** Adds to what is known to be wrong with rows. */
async function addProblems(knex: Knex, id: Id, problems: readonly ImportProblem[]): Promise<void> {
  if (problems.length === 0) return;
  await knex.raw(
    `insert into core.import_problems (import_id, line, column_name, kind, code, message, value)
     select ?, line, "column", kind, code, message, value
     from jsonb_to_recordset(?::jsonb) as p(line integer, "column" text, kind text, code text, message text, value text)`,
    [id, JSON.stringify(problems)],
  );
}

/** Problems of an import by line, errors before notices. */
export async function readProblems(
  knex: Knex,
  id: Id,
  options: { readonly limit: number; readonly kind?: ImportProblem['kind'] },
): Promise<readonly ImportProblem[]> {
  const { rows } = await knex.raw<{ rows: ImportProblem[] }>(
    `select line, column_name as "column", kind, code, message, value from core.import_problems
     where import_id = ? and (kind = ? or ?::text is null) order by kind, line, position limit ?`,
    [id, options.kind ?? null, options.kind ?? null, options.limit],
  );
  return rows;
}

/** Problems of one kind in one column. */
export interface ProblemGroup {
  readonly kind: ImportProblem['kind'];
  readonly column: string | null;
  readonly code: string;
  readonly count: number;
  /** The first of them. */
  readonly examples: readonly { readonly line: number; readonly value: string | null; readonly message: string }[];
}

/** What is wrong, by column and code: errors before notices, the most frequent first. */
export async function readProblemGroups(knex: Knex, id: Id): Promise<readonly ProblemGroup[]> {
  const { rows } = await knex.raw<{ rows: ProblemGroup[] }>(
    `select kind, column_name as "column", code, count(*)::integer as count,
       (array_agg(jsonb_build_object('line', line, 'value', value, 'message', message) order by line, position))[1:5] as examples
     from core.import_problems where import_id = ? group by kind, column_name, code
     order by kind, count(*) desc, column_name, code limit 200`,
    [id],
  );
  return rows;
}

/** Texts that are none of the options of their column, the most frequent first. */
export async function readUnknownOptions(knex: Knex, id: Id): Promise<ReadonlyMap<string, readonly string[]>> {
  const { rows } = await knex.raw<{ rows: { column: string; values: string[] }[] }>(
    `select column_name as "column", (array_agg(value order by n desc, value))[1:50] as values
     from (select column_name, value, count(*) as n from core.import_problems
       where import_id = ? and code in ('unknown_option', 'not_yes_or_no') and value is not null and column_name is not null
       group by column_name, value) v
     group by column_name`,
    [id],
  );
  return new Map(rows.map(({ column, values }) => [column, values]));
}

interface ReferenceRow {
  readonly position: number;
  readonly line: number;
  readonly column_name: string | null;
  readonly entity: string;
  readonly record_id: Id;
  readonly field: string;
  readonly target_entity: string;
  readonly key_kind: string;
  readonly key: string;
  readonly was_written: boolean;
}

async function addReferences(trx: Knex.Transaction, id: Id, deferred: readonly DeferredReference[]): Promise<void> {
  if (deferred.length === 0) return;
  const rows = deferred.map((one) => ({
    ...one,
    target: one.reference.entity,
    by: one.reference.by,
    key: one.reference.key,
  }));
  await trx.raw(
    `insert into core.import_references (import_id, line, column_name, entity, record_id, field, target_entity, key_kind, key, was_written)
     select ?, line, "column", entity, "recordId", field, target, "by", key, "wasWritten"
     from jsonb_to_recordset(?::jsonb) as r(line integer, "column" text, entity text, "recordId" uuid, field text, target text, "by" text, key text, "wasWritten" boolean)`,
    [id, JSON.stringify(rows)],
  );
}
