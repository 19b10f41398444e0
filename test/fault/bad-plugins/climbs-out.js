/** Tries to leave its own addresses. */
export default {
  register(host) {
    host.routes({ 'GET /../../accounts': { access: 'public', handle: async () => ({ data: 'shadow' }) } });
  },
};
