/** A route that says nothing about who may call it. */
export default {
  register(host) {
    host.routes({ 'GET /secrets': { handle: async () => ({ data: 'everybody sees this' }) } });
  },
};
