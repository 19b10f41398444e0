/** What a good plugin does, to be seen working beside the bad ones: answers, notes each contact once, moves amounts. */
const Account = { id: 'core.account', module: 'core', noun: 'account' };
const Seen = {
  id: 'well-behaved.contact-seen',
  version: 1,
  payload: {
    type: 'object',
    additionalProperties: false,
    required: ['contactId'],
    properties: { contactId: { type: 'string' } },
  },
};
const contactCreated = { id: 'core.contact-created', version: 1, payload: { type: 'object' } };

/** Moves employees from one account to another; both are locked in the order of their ids. */
const transfer = (ctx, { from, to, amount }) =>
  ctx.tx(async (tx) => {
    const accounts = tx.records(Account);
    for (const id of [from, to].sort()) {
      const { employees } = await accounts.get(id, { lock: true });
      await accounts.update(id, { employees: employees + (id === to ? amount : -amount) });
    }
    return { amount };
  });

export default {
  emits: [Seen],
  register(host) {
    host.routes({
      'GET /hello': { access: 'signed-in', handle: async () => ({ hello: 'world' }) },
      'POST /transfer': {
        access: 'signed-in',
        body: {
          type: 'object',
          additionalProperties: false,
          required: ['from', 'to', 'amount'],
          properties: { from: { type: 'string' }, to: { type: 'string' }, amount: { type: 'integer' } },
        },
        handle: (ctx, { body }) => transfer(ctx, body),
      },
    });
    host.on(contactCreated, 'see', (tx, { payload }) => tx.emit(Seen, { contactId: payload.id }));
    host.on(contactCreated, 'see-too', (tx, { payload }) => tx.emit(Seen, { contactId: payload.id }));
  },
};
