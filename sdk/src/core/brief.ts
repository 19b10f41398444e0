import { Type } from '@sinclair/typebox';
import type { Context } from '../context.js';
import type { EntityToken } from '../declaration.js';
import { defineExtensionPoint } from '../extension-point.js';
import type { Id } from '../identifiers.js';
import type { PermissionKey } from '../permissions.js';

/** What a module knows about one record, in a few words. */
export interface BriefFact {
  /** In the actor's language and formats: `3 · €12,400`. */
  readonly value: string;
  /** Page of this site that tells more. */
  readonly href?: string;
  /** Whether it asks for attention. */
  readonly tone?: 'ok' | 'warn' | 'bad';
}

/** One line of the brief that people see when a customer calls: who looks after them, what is open. */
export interface BriefLine {
  /** Unique within the plugin. */
  readonly id: string;
  /** Catalogue key of what stands before the value. */
  readonly label: string;
  /** The record it is about: an account or a contact. */
  readonly entity: EntityToken;
  /** Right without which the line is not there. */
  readonly permission: PermissionKey;
  /** Lower stands first; 100 unless told. */
  readonly order?: number;
  /** Milliseconds until the line is given up; 500 unless told. */
  readonly timeoutMs?: number;
  /** Facts about all of these records at once, by id, with the rights of the actor; a record without one has no line. */
  load(ctx: Context, ids: readonly Id[]): Promise<ReadonlyMap<Id, BriefFact>>;
}

/** Where modules add a line to the brief of accounts and contacts. @since 0.1.0 */
export const BriefLines = defineExtensionPoint<BriefLine>(
  'core.brief-line',
  Type.Object({
    id: Type.String(),
    label: Type.String(),
    permission: Type.String(),
    order: Type.Optional(Type.Number()),
    timeoutMs: Type.Optional(Type.Number()),
  }),
);
