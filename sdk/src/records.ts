import type { CreateOf, PatchOf, RecordOf } from './entity.js';
import type { Id } from './identifiers.js';

/** Reads and writes the records of one entity with the actor's rights; every write also writes audit row and event in the same transaction. */
export interface Records<E> {
  /**
   * One record that is not in the trash.
   * @param options `lock` takes the row lock (transactions only), before a change of state
   * @throws NotFoundError `<noun>_not_found`: absent or not visible
   */
  get(id: Id, options?: { readonly lock?: boolean; readonly include?: readonly string[] }): Promise<RecordOf<E>>;
  /** Records by id in one query, in no order; those absent or not visible are left out. */
  getMany(ids: readonly Id[]): Promise<readonly RecordOf<E>[]>;
  /** @throws ValidationError, ForbiddenError, ConflictError `not_unique` */
  create(input: CreateOf<E>): Promise<RecordOf<E>>;
  /** Several records in one go, in the order of the input; all or none. */
  createMany(inputs: readonly CreateOf<E>[]): Promise<readonly RecordOf<E>[]>;
  /**
   * Changes the named fields; nothing is written when nothing differs.
   * @param options `version`: refuses when the record has another one
   * @throws NotFoundError, ForbiddenError, StaleError `stale_version`, ValidationError, ConflictError
   */
  update(id: Id, patch: PatchOf<E>, options?: { readonly version?: number }): Promise<RecordOf<E>>;
  /** Several updates in one go, in the order of the input; all or none. Records that do not differ are left alone. */
  updateMany(changes: readonly { readonly id: Id; readonly patch: PatchOf<E> }[]): Promise<readonly RecordOf<E>[]>;
  /** To the trash, with what cascades. @throws ConflictError `still_referenced` with the list of what holds it back */
  trash(id: Id, options?: { readonly version?: number }): Promise<void>;
  /** Back from the trash, with what went there in the same change. */
  restore(id: Id): Promise<RecordOf<E>>;
}
