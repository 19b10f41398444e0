/** Never lets go of the thread: at once, and after it waited for something. */
const forever = () => {
  for (;;);
};

export default {
  register(host) {
    host.routes({
      'POST /now': { access: 'signed-in', handle: async () => forever() },
      'POST /later': {
        access: 'signed-in',
        handle: async () => {
          await new Promise((resolve) => setTimeout(resolve, 20));
          forever();
        },
      },
    });
  },
};
