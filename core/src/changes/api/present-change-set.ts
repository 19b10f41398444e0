import { Type, Uuid, type Static } from '@trellis-crm/sdk';
import { isOver, type ChangeSet, type ChangeSetProblem } from '../change-set.js';

const Nullable = <S extends ReturnType<typeof Type.String>>(schema: S) => Type.Union([schema, Type.Null()]);
const Moment = Type.String({ format: 'date-time' });
const Count = Type.Integer({ minimum: 0 });
const State = Type.Union(
  (['queued', 'running', 'done', 'failed', 'cancelled'] as const).map((state) => Type.Literal(state)),
);

const Problem = Type.Object({
  entity: Type.String(),
  record: Uuid,
  field: Nullable(Type.String()),
  code: Type.String(),
  message: Type.String(),
});

/** JSON of a change set. */
export const ChangeSetJson = Type.Object({
  id: Uuid,
  kind: Type.String(),
  entity: Type.String(),
  state: State,
  progress: Type.Object({ done: Count, total: Type.Union([Count, Type.Null()]) }),
  /** Records by what was done to them: created, updated, trashed, restored. */
  counts: Type.Record(Type.String(), Count),
  /** Records and fields that were left as they are. */
  skipped: Count,
  failure: Type.Union([Type.Object({ code: Type.String(), message: Type.String() }), Type.Null()]),
  undoOf: Nullable(Uuid),
  /** What takes it back. */
  undo: Type.Union([Type.Object({ id: Uuid, state: State }), Type.Null()]),
  undoable: Type.Boolean(),
  createdAt: Moment,
  finishedAt: Nullable(Moment),
});

/** JSON of one change set with the first that was left out. */
export const ChangeSetWithProblems = Type.Object({
  data: Type.Composite([ChangeSetJson, Type.Object({ problems: Type.Array(Problem) })]),
});

/** Whether somebody may ask to take a change set back now. */
export function isUndoable(set: ChangeSet): boolean {
  return isOver(set) && set.undoOf === null && (set.undo === null || set.undo.state === 'failed');
}

/** Presents a change set. */
export function presentChangeSet(set: ChangeSet): Static<typeof ChangeSetJson> {
  const { id, kind, entity, state, failure, undoOf, undo } = set;
  return {
    ...{ id, kind, entity, state, failure, undoOf, undo },
    progress: { done: set.rowsDone, total: set.rowCount },
    counts: { ...set.counts },
    skipped: set.problemCount,
    undoable: isUndoable(set),
    createdAt: set.createdAt.toISOString(),
    finishedAt: set.finishedAt?.toISOString() ?? null,
  };
}

/** Presents what was left out. */
export function presentProblems(problems: readonly ChangeSetProblem[]): Static<typeof Problem>[] {
  return problems.map(({ entity, recordId, field, code, message }) => ({
    entity,
    record: recordId,
    field,
    code,
    message,
  }));
}
