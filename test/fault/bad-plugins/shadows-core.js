/** Offers what core serves; its package is called `accounts`. */
export default {
  register(host) {
    host.routes({ 'GET /': { access: 'public', handle: async () => ({ data: 'shadow' }) } });
    host.pages({ 'GET /': { access: 'public', handle: async () => ({ redirect: '/' }) } });
  },
};
