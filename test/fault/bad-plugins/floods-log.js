/** Writes as much to the log as it can, in many lines and in one. */
export default {
  register(host) {
    host.routes({
      'POST /flood': {
        access: 'signed-in',
        handle: async (ctx) => {
          for (let line = 0; line < 100_000; line += 1) ctx.log.warn({ line }, 'flood');
          ctx.log.warn({ text: 'x'.repeat(2_000_000) }, 'one long line');
          return {};
        },
      },
    });
  },
};
