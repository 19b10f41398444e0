/** A timer that throws again and again, begun by a route. */
export default {
  register(host) {
    host.routes({
      'POST /timer': {
        access: 'signed-in',
        handle: async () => {
          setInterval(() => {
            throw new Error('a timer without a net');
          }, 50);
          return {};
        },
      },
    });
  },
};
