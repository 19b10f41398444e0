import type { Id } from './identifiers.js';
import type { PermissionKey } from './permissions.js';

/** Who is told: people by id, or all who hold a right. Whoever acts is never told of it, nor is anybody who may not sign in. */
export type NoticeReceiver = Id | readonly Id[] | { readonly holding: PermissionKey };

/** What there is to tell besides its kind. */
export interface Notice {
  /** What it is about. Everybody reads it with their own rights: who may not, learns nothing of the notice. */
  readonly record?: { readonly entity: string; readonly id: Id };
  /** Further values of the kind's text; nothing that a right guards. */
  readonly values?: Readonly<Record<string, string | number>>;
  /** Path of this site it leads to; the record's page unless told. */
  readonly href?: string;
  /** Notices of one kind and key become one line with a count while it is unread, about no record where they are about several; the record unless told. */
  readonly key?: string;
}
