/** Locks a table of core and does not let go. */
export default {
  migrations: [
    {
      name: '20260101000000_lock-accounts',
      phase: 'expand',
      async up({ sql }) {
        await sql('lock table core.accounts in access exclusive mode');
        for (;;);
      },
    },
  ],
  register() {},
};
