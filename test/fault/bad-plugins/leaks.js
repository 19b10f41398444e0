/** Keeps everything: objects of the heap, and memory outside it. */
const kept = [];

export default {
  register(host) {
    host.routes({
      'POST /heap': {
        access: 'signed-in',
        handle: async () => {
          for (;;) {
            for (let item = 0; item < 20_000; item += 1) kept.push({ item, text: `${item}`.repeat(20) });
            await new Promise((resolve) => setImmediate(resolve));
          }
        },
      },
      'POST /buffers': {
        access: 'signed-in',
        handle: async () => {
          for (;;) {
            kept.push(Buffer.alloc(16 * 1024 * 1024, 1));
            await new Promise((resolve) => setTimeout(resolve, 5));
          }
        },
      },
    });
  },
};
