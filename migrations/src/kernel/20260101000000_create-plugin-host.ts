import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/** The plugin host: what is installed, what happened to it, which generation is current and who runs it. */
export const createPluginHost: Migration = {
  name: '20260101000000_create-plugin-host',
  phase: 'expand',
  async up({ schema, sql }) {
    await schema.createTable('plugins', (table) => {
      table.text('id').notNullable();
      table.primary(['id']);
      /** Version people asked for; a process that loaded another one must be replaced first. */
      table.text('version').notNullable();
      table.text('state').notNullable();
      table.check(
        'plugins_state',
        `state in ('staged', 'disabled', 'active', 'needs-upgrade', 'quarantined', 'archived')`,
      );
      /** Why it is in this state, for people; null when all is well. */
      table.text('reason');
      /** Folder of the installed copy. */
      table.text('location').notNullable();
      table.text('integrity').notNullable();
      /** Facts of the package and its generated manifest: enough to list, plan and remove it without its files. */
      table.jsonb('package').notNullable();
      /** Moments of the last failures to start, ISO 8601: several in a short time mean quarantine. */
      table.jsonb('faults').notNullable().defaultTo(`'[]'`);
      table.jsonb('settings').notNullable().defaultTo(`'{}'`);
      /** What archiving took out, so that restoring can put it back. */
      table.jsonb('archive');
      table.timestamp('archived_at');
      /** When the first rows were written; never again after. */
      table.timestamp('seeded_at');
      table.timestamp('exported_at');
      table.timestamp('installed_at').notNullable().defaultTo('now()');
      table.timestamp('changed_at').notNullable().defaultTo('now()');
    });
    await schema.createTable('plugin_operations', (table) => {
      table.uuid('id').notNullable();
      table.primary(['id']);
      table.text('plugin').notNullable();
      table.text('operation').notNullable();
      table.jsonb('input').notNullable().defaultTo(`'{}'`);
      /** The step that runs, or the last one. */
      table.text('step').notNullable();
      table.text('state').notNullable();
      table.check('plugin_operations_state', `state in ('running', 'done', 'failed', 'undone')`);
      table.integer('attempt').notNullable().defaultTo('1');
      table.text('error');
      table.text('actor').notNullable();
      table.timestamp('started_at').notNullable().defaultTo('now()');
      table.timestamp('finished_at');
      table.index(['plugin', 'started_at desc']);
      table.index(['state'], { where: `state = 'running'` });
    });
    await schema.createTable('generation', (table) => {
      table.boolean('is_current').notNullable().defaultTo('true');
      table.primary(['is_current']);
      table.check('generation_single', 'is_current');
      /** Grows with every change of what is active. */
      table.bigInteger('number').notNullable();
      table.timestamp('changed_at').notNullable().defaultTo('now()');
    });
    await sql('insert into core.generation (number) values (1)');
    await schema.createTable('processes', (table) => {
      table.uuid('id').notNullable();
      table.primary(['id']);
      table.text('host').notNullable();
      table.integer('pid').notNullable();
      table.text('version').notNullable();
      /** The generation it serves. */
      table.bigInteger('generation').notNullable();
      table.timestamp('started_at').notNullable().defaultTo('now()');
      table.timestamp('beat_at').notNullable().defaultTo('now()');
    });
  },
  async down({ schema }) {
    for (const table of ['processes', 'generation', 'plugin_operations', 'plugins']) await schema.dropTable(table);
  },
};
