import type { FilterGroup, Id } from '@trellis-crm/sdk';

/** What a list shows. */
export interface ViewState {
  readonly layout: 'list' | 'board';
  /** Null: every record. */
  readonly where: FilterGroup | null;
  /** Keys as in the API, `-amount` for descending; empty: newest change first. */
  readonly sort: readonly string[];
  /** Paths of fields in their order; null: the columns of the declaration. */
  readonly columns: readonly string[] | null;
}

/** Who sees a view besides its owner. */
export type Visibility = 'private' | 'team' | 'everyone';

/** A view as it is stored, told to one reader. */
export interface SavedView {
  readonly id: Id;
  /** `core.contact` */
  readonly entity: string;
  readonly name: string;
  readonly owner: Id;
  readonly visibility: Visibility;
  /** Team it is shared with; null unless it is shared with a team that is still there. */
  readonly team: Id | null;
  readonly state: ViewState;
  readonly version: number;
  /** The reader pinned it: the list begins with it. */
  readonly isOwnDefault: boolean;
  /** An admin pinned it for the reader's role. */
  readonly isRoleDefault: boolean;
}

/** What creating takes; changing takes parts of it. */
export interface ViewDraft {
  readonly name: string;
  readonly visibility: Visibility;
  readonly state: ViewState;
}

/** A list as its declaration has it. */
export const plainState: ViewState = { layout: 'list', where: null, sort: [], columns: null };
