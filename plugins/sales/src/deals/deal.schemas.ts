import { Type, Uuid, type Static } from '@trellis-crm/sdk';

const outcome = Type.Union([Type.Literal('won'), Type.Literal('lost')]);

/** How a deal was decided; `closedOn` is today in the workspace's time zone unless given. */
export const ClosureSchema = Type.Object(
  {
    outcome,
    closedOn: Type.Optional(Type.String({ format: 'date' })),
    lostReason: Type.Optional(Type.String({ maxLength: 500 })),
  },
  { additionalProperties: false },
);

/** Type of {@link ClosureSchema}. */
export type Closure = Static<typeof ClosureSchema>;

/** Where a deal goes. */
export const StageChangeSchema = Type.Object({ stage: Uuid }, { additionalProperties: false });

const money = Type.Object({ amount: Type.String(), currency: Type.String() });

/** Answer of the outcome report. */
export const OutcomeSchema = Type.Object({
  won: Type.Integer(),
  lost: Type.Integer(),
  /** Per cent of the decided deals that were won, two decimals; null while none is decided. */
  winRate: Type.Union([Type.Number(), Type.Null()]),
  /** Total of the won deals when all are in one currency (zero in the base currency when there is none), else null. */
  wonValue: Type.Union([money, Type.Null()]),
  /** The same per currency. */
  wonValues: Type.Array(money),
});
