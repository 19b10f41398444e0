/** Answers, and fails afterwards where nobody awaits it. */
export default {
  register(host) {
    host.routes({
      'GET /late': {
        access: 'signed-in',
        handle: async () => {
          void Promise.resolve().then(() => Promise.reject(new Error('too late to catch')));
          setTimeout(() => void Promise.reject(new Error('later still')), 20);
          return { isDone: true };
        },
      },
    });
  },
};
