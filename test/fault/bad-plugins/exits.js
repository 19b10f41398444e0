/** Ends the process, politely and otherwise. */
export default {
  register(host) {
    host.routes({
      'POST /exit': { access: 'signed-in', handle: async () => process.exit(0) },
      'POST /later': {
        access: 'signed-in',
        handle: async () => {
          setTimeout(() => process.exit(1), 20);
          return {};
        },
      },
      'POST /kill': { access: 'signed-in', handle: async () => process.kill(process.pid, 'SIGKILL') },
      'POST /hard': {
        access: 'signed-in',
        handle: async () => {
          await new Promise((resolve) => setTimeout(resolve, 20));
          process.reallyExit(7);
        },
      },
    });
  },
};
