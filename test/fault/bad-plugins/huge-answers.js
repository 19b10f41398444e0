import { Readable } from 'node:stream';

/** Answers with more than anybody can take. */
const endless = function* () {
  for (;;) yield 'x'.repeat(65_536);
};

export default {
  register(host) {
    host.routes({
      'GET /gigabyte': { access: 'signed-in', handle: async () => ({ text: 'x'.repeat(400_000_000) }) },
      'GET /rows': {
        access: 'signed-in',
        handle: async () => Array.from({ length: 180_000 }, () => ({ text: 'x'.repeat(200) })),
      },
      'GET /endless': { access: 'signed-in', handle: async () => Readable.from(endless()) },
      'GET /circle': {
        access: 'signed-in',
        handle: async () => {
          const circle = {};
          circle.self = circle;
          return circle;
        },
      },
    });
    host.panel(
      { id: 'core.account-panels', context: { type: 'object' } },
      {
        id: 'huge',
        title: 'panel',
        permission: 'core.account:read',
        template: 'panel',
        load: async () => ({ text: 'x'.repeat(5_000_000) }),
      },
    );
  },
};
