/** Ends whatever process delivers to it. */
const accountCreated = { id: 'core.account-created', version: 1, payload: { type: 'object' } };

export default {
  register(host) {
    host.on(accountCreated, 'end', async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      process.reallyExit(7);
    });
  },
};
