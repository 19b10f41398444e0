/** A record named by a key instead of its id; looked up set by set once the rows are read. */
export class ReferenceKey {
  /**
   * @param entity id of the entity referred to
   * @param by `externalId`, or the field that holds the key
   */
  constructor(
    readonly entity: string,
    readonly by: string,
    readonly key: string,
    readonly options: ReferenceOptions,
  ) {}
}

/** What happens when the record is not there. */
export interface ReferenceOptions {
  readonly isDeferred: boolean;
  readonly missing: 'refuse' | 'notice';
}

/** Why a text cannot be a field's value. */
export interface ValueProblem {
  readonly code: string;
  readonly message: string;
}

/** Outcome of reading one cell: a JSON value, or why there is none. References are {@link ReferenceKey}s. */
export type ReadValue = { readonly value: unknown } | { readonly problem: ValueProblem };

/** Reads the text of a cell that is not empty. */
export type ValueReader = (text: string) => ReadValue;

/** Shorthand for a reader's refusal. */
export function unreadable(code: string, message: string): ReadValue {
  return { problem: { code, message } };
}
