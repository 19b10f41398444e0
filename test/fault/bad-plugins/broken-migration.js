/** Makes a table, fills it, and fails. */
export default {
  migrations: [
    {
      name: '20260101000000_half-way',
      phase: 'expand',
      async up({ sql }) {
        await sql('create table p_broken_migration.half (n integer)');
        await sql('insert into p_broken_migration.half values (1)');
        await sql('select broken');
      },
    },
  ],
  register() {},
};
