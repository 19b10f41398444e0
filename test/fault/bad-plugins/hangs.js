/** Never comes back: from a route, from a transaction that holds a connection, from one that holds a row's lock. */
const never = () => new Promise(() => undefined);
const Account = { id: 'core.account', module: 'core', noun: 'account' };

export default {
  register(host) {
    host.routes({
      'GET /route': { access: 'signed-in', handle: never },
      'POST /transaction': { access: 'signed-in', handle: (ctx) => ctx.tx(never) },
      'POST /lock/:id': {
        access: 'signed-in',
        handle: (ctx, { params }) =>
          ctx.tx(async (tx) => {
            await tx.records(Account).get(params.id, { lock: true });
            await never();
          }),
      },
    });
    host.panel(
      { id: 'core.account-panels', context: { type: 'object' } },
      { id: 'hanging', title: 'panel', permission: 'core.account:read', template: 'panel', load: never },
    );
  },
};
