/** Breaks the promises that the fault tests check, so that it is seen that they would notice. */
const Account = { id: 'core.account', module: 'core', noun: 'account' };
const Contact = { id: 'core.contact', module: 'core', noun: 'contact' };
const Seen = {
  id: 'forgetful.contact-seen',
  version: 1,
  payload: {
    type: 'object',
    additionalProperties: false,
    required: ['contactId'],
    properties: { contactId: { type: 'string' } },
  },
};
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The first of two callers waits for the second; then each does its work, one after the other. */
function meetingOfTwo() {
  const both = Promise.withResolvers();
  let callers = 0;
  let turn = both.promise;
  return (work) => {
    callers += 1;
    if (callers === 2) both.resolve();
    turn = turn.then(work);
    return turn;
  };
}
const meetings = new Map();
function meetingAt(id) {
  if (!meetings.has(id)) meetings.set(id, meetingOfTwo());
  return meetings.get(id);
}

export default {
  emits: [Seen],
  register(host) {
    host.routes({
      /** Commits, and emits afterwards in a transaction of its own: the event is outside of the writing one. */
      'POST /event-afterwards': {
        access: 'signed-in',
        handle: async (ctx) => {
          const contact = await ctx.records(Contact).create({ name: `afterwards ${Math.random()}` });
          await pause(1000);
          await ctx.tx((tx) => tx.emit(Seen, { contactId: contact.id }));
          return { id: contact.id };
        },
      },
      /** Commits, and answers so late that the one who asks is likely to ask again. */
      'POST /late-answer': {
        access: 'signed-in',
        body: { type: 'object', additionalProperties: false, properties: { name: { type: 'string' } } },
        handle: async (ctx, { body }) => {
          const contact = await ctx.records(Contact).create({ name: body.name });
          await pause(1000);
          return { id: contact.id };
        },
      },
      /** Two that are called together both read before either writes, each on top of whatever version there is by then. */
      'POST /overwriting/:id': {
        access: 'signed-in',
        handle: async (ctx, { params }) => {
          const { employees } = await ctx.records(Account).get(params.id);
          return meetingAt(params.id)(async () => {
            const { version } = await ctx.records(Account).get(params.id);
            const change = { employees: employees + 1, description: `${Math.random()}` };
            return ctx.records(Account).update(params.id, change, { version });
          });
        },
      },
    });
  },
};
