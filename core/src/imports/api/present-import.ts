import { Type, Uuid, type Static } from '@trellis-crm/sdk';
import type { ImportProblem } from '../import-problem.js';
import type { ImportRecord } from '../import-record.js';

const Nullable = <S extends ReturnType<typeof Type.String>>(schema: S) => Type.Union([schema, Type.Null()]);
const Moment = Type.String({ format: 'date-time' });
const Count = Type.Integer({ minimum: 0 });

const Problem = Type.Object({
  line: Type.Integer(),
  column: Nullable(Type.String()),
  kind: Type.Union([Type.Literal('error'), Type.Literal('notice')]),
  code: Type.String(),
  message: Type.String(),
});

const counts = { created: Count, changed: Count, unchanged: Count };

/** JSON of an import. */
export const ImportJson = Type.Object({
  id: Uuid,
  entity: Type.String(),
  fileName: Type.String(),
  format: Type.Union([Type.Literal('csv'), Type.Literal('xlsx'), Type.Literal('vcard')]),
  /** Of the file as it came. */
  encoding: Type.String(),
  sheet: Nullable(Type.String()),
  dryRun: Type.Boolean(),
  state: Type.Union([
    Type.Literal('draft'),
    Type.Literal('queued'),
    Type.Literal('running'),
    Type.Literal('done'),
    Type.Literal('failed'),
    Type.Literal('cancelled'),
  ]),
  progress: Type.Object({ done: Count, total: Count }),
  totals: Type.Object({
    ...counts,
    refused: Count,
    notices: Count,
    entities: Type.Record(Type.String(), Type.Object(counts)),
  }),
  failure: Type.Union([Type.Object({ code: Type.String(), message: Type.String() }), Type.Null()]),
  /** Joins all its writes, once it has begun to write: `POST /api/v1/change-sets/{id}/undo` takes it back. */
  changeSet: Nullable(Type.String()),
  /** Address of the rows kept out, once there are any. */
  refusedFile: Nullable(Type.String()),
  createdAt: Moment,
  startedAt: Nullable(Moment),
  finishedAt: Nullable(Moment),
});

/** JSON of one import with the first things that were wrong, errors first. */
export const ImportWithProblems = Type.Object({
  data: Type.Composite([ImportJson, Type.Object({ problems: Type.Array(Problem) })]),
});

/** Presents an import. */
export function presentImport(record: ImportRecord): Static<typeof ImportJson> {
  return {
    id: record.id,
    entity: record.entity,
    fileName: record.fileName,
    format: record.format,
    encoding: record.encoding,
    sheet: record.sheet,
    dryRun: record.isDryRun,
    state: record.state,
    progress: { done: record.rowsDone, total: record.rowCount },
    totals: { ...record.totals, entities: { ...record.totals.entities } },
    failure: record.failure,
    changeSet: record.isDryRun || record.startedAt === null ? null : record.changeSetId,
    refusedFile: record.totals.refused > 0 ? `/api/v1/imports/${record.id}/refused.csv` : null,
    createdAt: record.createdAt.toISOString(),
    startedAt: record.startedAt?.toISOString() ?? null,
    finishedAt: record.finishedAt?.toISOString() ?? null,
  };
}

/** Presents what was wrong. */
export function presentProblems(problems: readonly ImportProblem[]): Static<typeof Problem>[] {
  return problems.map(({ line, column, kind, code, message }) => ({ line, column, kind, code, message }));
}
