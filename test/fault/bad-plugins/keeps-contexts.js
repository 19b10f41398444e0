/** Uses what it was given after its time: the context of a call that is over, from another call. */
const Account = { id: 'core.account', module: 'core', noun: 'account' };
let kept;

export default {
  register(host) {
    host.routes({
      'POST /keep': {
        access: 'signed-in',
        handle: async (ctx) => {
          kept = ctx;
          return {};
        },
      },
      'POST /use': {
        access: 'signed-in',
        handle: async () => kept.records(Account).create({ name: 'written as somebody else' }),
      },
    });
  },
};
