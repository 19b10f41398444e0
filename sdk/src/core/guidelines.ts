import { Type } from '@sinclair/typebox';
import type { Context } from '../context.js';
import type { EntityToken } from '../declaration.js';
import { defineExtensionPoint } from '../extension-point.js';
import type { Id } from '../identifiers.js';
import type { FilterGroup } from '../query.js';

/**
 * A figure of a guideline that administrators tune: within which time, how many.
 *
 * @since 0.1.0
 */
export interface GuidelineThreshold {
  /** Catalogue key of its name. */
  readonly label: string;
  readonly unit: 'days' | 'hours' | 'count';
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

/**
 * Who gets the digest mail beside finding the exception in the inbox: the record's owner, the managers of its team and of those above.
 *
 * @since 0.1.0
 */
export type GuidelineAudience = 'owner' | 'managers';

/**
 * What the figures are at the moment of asking.
 *
 * @since 0.1.0
 */
export interface GuidelineFigures {
  readonly now: Date;
  /** By the names declared; the administrator's where one tuned them. */
  readonly thresholds: Readonly<Record<string, number>>;
}

/**
 * A rule that people hear of only when it is broken: which records, since when, who is told. It is raised once per cause, the record
 * together with the moment in `since`, and is cleared by its proof: the record does not fit any more.
 *
 * @since 0.1.0
 */
export interface Guideline {
  /** Kebab case, unique in the module; kept for ever. */
  readonly id: string;
  readonly entity: EntityToken;
  /** Catalogue key: what is wrong, like "Overdue task". */
  readonly label: string;
  /** Catalogue key: what clears it. */
  readonly hint: string;
  readonly thresholds: Readonly<Record<string, GuidelineThreshold>>;
  /** Field of kind `date` or `dateTime` from which the time runs. */
  readonly since: string;
  readonly tells: readonly GuidelineAudience[];
  /** The records that may break it, as plain data; days in words are those of the workspace. */
  fits(figures: GuidelineFigures): FilterGroup;
  /**
   * Of the records that fit, those that break it: for what no filter on one entity can say. Asked for up to 1,000 records at a time,
   * as the module; set by set, never one by one.
   */
  among?(ctx: Context, ids: readonly Id[], figures: GuidelineFigures): Promise<readonly Id[]>;
}

/**
 * Where modules contribute rules by exception.
 *
 * @example host.contribute(Guidelines, { id: 'overdue-invoice', entity: Invoice, since: 'dueOn', … })
 * @since 0.1.0
 */
export const Guidelines = defineExtensionPoint<Guideline>(
  'core.guideline',
  Type.Object({
    id: Type.String({ pattern: '^[a-z][a-z0-9-]{1,60}$' }),
    label: Type.String(),
    hint: Type.String(),
    thresholds: Type.Record(
      Type.String(),
      Type.Object({
        label: Type.String(),
        unit: Type.Union([Type.Literal('days'), Type.Literal('hours'), Type.Literal('count')]),
        default: Type.Number(),
        min: Type.Number(),
        max: Type.Number(),
      }),
    ),
    since: Type.String(),
    tells: Type.Array(Type.Union([Type.Literal('owner'), Type.Literal('managers')])),
  }),
);
