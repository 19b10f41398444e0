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
    `insert into core.import_problems (import_id, line, column_name, kind, code, message)
     select ?, line, "column", kind, code, message
     from jsonb_to_recordset(?::jsonb) as p(line integer, "column" text, kind text, code text, message text)`,
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
    `select line, column_name as "column", kind, code, message from core.import_problems
     where import_id = ? and (kind = ? or ?::text is null) order by kind, line, position limit ?`,
    [id, options.kind ?? null, options.kind ?? null, options.limit],
  );
  return rows;
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
