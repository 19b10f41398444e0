import type { TableEditor } from '../../migration.js';

/** Columns of every record (DESIGN §5), and owner and team if owned. Indexes of the default list come from `listIndexes`. */
export function recordColumns(table: TableEditor, options: { readonly owned: boolean }): void {
  table.uuid('id').notNullable();
  table.primary(['id']);
  table.timestamp('created_at').notNullable().defaultTo('now()');
  table.timestamp('updated_at').notNullable().defaultTo('now()');
  table.uuid('created_by');
  table.uuid('updated_by');
  table.integer('version').notNullable().defaultTo('1');
  table.timestamp('deleted_at');
  /** Change set that put the record into the trash, so that restoration brings back what went with it. */
  table.uuid('deleted_with');
  table.jsonb('custom').notNullable().defaultTo("'{}'");
  if (!options.owned) return;
  table.uuid('owner_id');
  table.foreign('owner_id', 'core.users', { onDelete: 'restrict' });
  table.uuid('team_id');
  table.foreign('team_id', 'core.teams', { onDelete: 'restrict' });
}
