/** Throws in every kind of callback there is; the guard looks at accounts called "Guarded". */
const fail = async () => {
  throw new Error('no luck in a callback');
};
const contactCreated = { id: 'core.contact-created', version: 1, payload: { type: 'object' } };

export default {
  seed: undefined,
  register(host) {
    host.routes({ 'GET /route': { access: 'signed-in', handle: fail } });
    host.pages({ 'GET /page': { access: 'signed-in', handle: fail } });
    host.panel(
      { id: 'core.account-panels', context: { type: 'object' } },
      { id: 'broken', title: 'panel', permission: 'core.account:read', template: 'panel', load: fail },
    );
    host.on(contactCreated, 'break', fail);
    host.job('break', { cron: '* * * * *' }, fail);
    host.guard({ id: 'core.account' }, 'create', async (_ctx, { after }) => {
      if (after.name.startsWith('Guarded')) await fail();
    });
  },
};
