import { Type } from '@sinclair/typebox';
import type { Context } from '../context.js';
import type { EntityToken } from '../declaration.js';
import { defineExtensionPoint } from '../extension-point.js';
import type { Id } from '../identifiers.js';
import type { PermissionKey } from '../permissions.js';

/** The record whose timeline is read. The reader may see it. */
export interface TimelineSubject {
  /** Like `core.account`. */
  readonly entity: string;
  readonly id: Id;
}

/** One kind of entry: something that people choose to see or not to see. */
export interface TimelineKind {
  /** Unique within the source. */
  readonly kind: string;
  /** Catalogue key of its name. */
  readonly label: string;
  readonly icon: string;
  /** Partial below the plugin's `views/` that shows one entry; its context is the entry's `view`, else its `data`. */
  readonly template: string;
}

/** What of a source is asked for. */
export interface TimelineRequest {
  /** Key of the entry after which to go on; null: from the newest. */
  readonly after: string | null;
  /** So many entries at most; fewer mean that there are no more. */
  readonly limit: number;
  /** Kinds that are wanted, at least one. */
  readonly kinds: readonly string[];
}

/** Something that happened with a record. */
export interface TimelineEntry {
  /** Names the entry within its source, and where to go on after it; of 200 characters at most. */
  readonly key: string;
  readonly kind: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** What the API answers: plain JSON. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Context of the kind's partial: formatted and translated. */
  readonly view?: object;
}

/** Feeds the timelines of records with what a module knows of them. */
export interface TimelineSource {
  /** Unique within the plugin. */
  readonly id: string;
  /** Right without which nothing of it is shown. */
  readonly permission: PermissionKey;
  /** Entities on whose records' timelines it is. */
  readonly entities: readonly EntityToken[];
  readonly kinds: readonly TimelineKind[];
  /** Entries of a record, newest first, those with the same moment in an order that never changes. What the reader may not see is left out. */
  read(ctx: Context, subject: TimelineSubject, request: TimelineRequest): Promise<readonly TimelineEntry[]>;
}

/**
 * Where modules feed timelines.
 * @example host.contribute(Timeline, closedDeals)
 * @since 0.1.0
 */
export const Timeline = defineExtensionPoint<TimelineSource>(
  'core.timeline',
  Type.Object({
    id: Type.String({ pattern: '^[a-z][a-z0-9-]*$' }),
    permission: Type.String(),
    entities: Type.Array(Type.Object({ id: Type.String() })),
    kinds: Type.Array(
      Type.Object({
        kind: Type.String({ pattern: '^[a-z][a-z0-9-]*$' }),
        label: Type.String(),
        icon: Type.String(),
        template: Type.String(),
      }),
      { minItems: 1 },
    ),
  }),
);
