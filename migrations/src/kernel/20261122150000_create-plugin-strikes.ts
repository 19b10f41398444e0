import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/** What plugins did to the processes that ran them: several strikes in a short time mean quarantine, on whichever hosts they were. */
export const createPluginStrikes: Migration = {
  name: '20261122150000_create-plugin-strikes',
  phase: 'expand',
  async up({ schema }) {
    await schema.createTable('plugin_strikes', (table) => {
      /** One death may be told twice, by a process that died while it noted it. */
      table.uuid('incident').notNullable();
      table.text('plugin').notNullable();
      table.primary(['incident', 'plugin']);
      table.foreign('plugin', 'core.plugins', { onDelete: 'cascade' });
      table.text('kind').notNullable();
      /** What of the plugin ran, for people: `route POST /deals`. */
      table.text('what').notNullable();
      table.text('host').notNullable();
      table.timestamp('struck_at').notNullable().defaultTo('clock_timestamp()');
      table.index(['plugin', 'struck_at']);
    });
  },
  async down({ schema }) {
    await schema.dropTable('plugin_strikes');
  },
};
