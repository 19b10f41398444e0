/** Emits without end in one transaction, and answers each event of its own with two more. */
const Noise = {
  id: 'floods-events.noise',
  version: 1,
  payload: { type: 'object', additionalProperties: false, properties: {} },
};

export default {
  emits: [Noise],
  register(host) {
    host.routes({
      'POST /flood': {
        access: 'signed-in',
        handle: (ctx) =>
          ctx.tx(async (tx) => {
            for (;;) await tx.emit(Noise, {});
          }),
      },
      'POST /echo': {
        access: 'signed-in',
        handle: async (ctx) => {
          await ctx.tx((tx) => tx.emit(Noise, {}));
          return {};
        },
      },
      'POST /outside': {
        access: 'signed-in',
        handle: async (ctx) => {
          await ctx.emit(Noise, {});
          return {};
        },
      },
    });
    host.on(Noise, 'echo', async (tx) => {
      await tx.emit(Noise, {});
      await tx.emit(Noise, {});
    });
  },
};
