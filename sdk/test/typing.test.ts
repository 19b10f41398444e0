import {
  Account,
  AccountPanels,
  defineContract,
  defineEntity,
  defineEvent,
  definePanel,
  field,
  optional,
  route,
  Type,
  Uuid,
  type Context,
  type CreateOf,
  type RecordOf,
  type TransactionContext,
} from '@trellis-crm/sdk';
import { expect } from 'chai';

// These tests are the compiler's: each line below a `@ts-expect-error` must not compile, or the build of the tests fails.

const Stage = defineEntity('test.stage', {
  plural: 'stages',
  fields: { name: field.text({ required: true }) },
  title: 'name',
});

const Deal = defineEntity('test.deal', {
  plural: 'deals',
  fields: {
    name: field.text({ required: true, max: 200 }),
    account: field.ref(Account, { onDelete: 'cascade' }),
    stage: field.ref(Stage, { onDelete: 'restrict', required: true }),
    status: field.choice(['open', 'won', 'lost'], { default: 'open', readOnly: true }),
    amount: field.money(),
  },
  title: 'name',
  owned: true,
});

const DealWon = defineEvent('test.deal-won', 1, Type.Object({ dealId: Uuid }));

interface Reader {
  total(accountId: string): Promise<number>;
}
const ReaderContract = defineContract<Reader>()('test.reader', '1.0.0', ['total']);

/** Calls that must and must not compile; never run. */
async function calls(ctx: Context, tx: TransactionContext): Promise<void> {
  await tx.emit(DealWon, { dealId: '1' });
  // @ts-expect-error the payload has another property
  await tx.emit(DealWon, { deal: '1' });

  await ctx.use(ReaderContract).total('1');
  // @ts-expect-error the provider of an optional contract may be absent
  await ctx.use(optional(ReaderContract)).total('1');

  // @ts-expect-error no such field
  await ctx.query(Deal).where({ colour: 'red' });
  // @ts-expect-error no such status
  await ctx.records(Deal).update('1', { status: 'lukewarm' });
  // @ts-expect-error a context outside a transaction cannot emit
  await ctx.emit(DealWon, { dealId: '1' });
}

const panel = { id: 'p', title: 't', permission: 'test.deal:read', template: 'p' } as const;

describe('the types of the SDK', () => {
  it('know a record from its declaration', () => {
    const record = (deal: RecordOf<typeof Deal>): [string, string | null, 'open' | 'won' | 'lost', string | null] => [
      deal.name,
      deal.account,
      deal.status,
      deal.owner,
    ];

    expect(record).to.be.a('function');
  });

  it('ask for required fields without a default, and for no others', () => {
    const least: CreateOf<typeof Deal> = { name: 'A', stage: '1' };
    // @ts-expect-error the stage is missing
    const less: CreateOf<typeof Deal> = { name: 'A' };

    expect([least, less]).to.have.length(2);
  });

  it('refuse a panel for another slot context', () => {
    const fitting = definePanel(AccountPanels, { ...panel, load: async (_ctx, { id }) => ({ id }) });
    // @ts-expect-error the slot has no dealId
    const wrong = definePanel(AccountPanels, { ...panel, load: async (_ctx, { dealId }) => ({ dealId }) });

    expect([fitting, wrong]).to.have.length(2);
  });

  it('hand a route the values its schemas describe', () => {
    const body = Type.Object({ outcome: Type.Literal('won') });
    const fitting = route({ access: 'test.deal:close', body, handle: async (_ctx, request) => request.body.outcome });
    // @ts-expect-error the body has no reason
    const wrong = route({ access: 'test.deal:close', body, handle: async (_ctx, request) => request.body.reason });

    expect([fitting, wrong]).to.have.length(2);
  });

  it('refuse wrong payloads, unchecked optional contracts and unknown fields', () => {
    expect(calls).to.be.a('function');
  });
});
