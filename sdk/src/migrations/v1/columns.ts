import type { TableEditor } from '../../migration.js';

/** The two columns of a money field: numeric(19,4) and its ISO 4217 currency, both set or both null. */
export function money(table: TableEditor, name: string): void {
  table.numeric(name, 19, 4);
  table.text(`${name}_currency`);
  table.check(`${name}_is_money`, `(${name} is null) = (${name}_currency is null) and ${name}_currency ~ '^[A-Z]{3}$'`);
}

/** A ref column with its foreign key and the index that deletions and lists by parent need. `target` is `<schema>.<table>`. */
export function references(
  table: TableEditor,
  column: string,
  target: string,
  options: { readonly onDelete: 'cascade' | 'restrict' | 'set null'; readonly required?: boolean },
): void {
  const declared = table.uuid(column);
  if (options.required === true) declared.notNullable();
  table.foreign(column, target, { onDelete: options.onDelete });
  table.index([column], { where: `${column} is not null` });
}

/** Key of a `list` field's child table: entries of one record, in order. */
export function listTable(table: TableEditor, ownerColumn: string, owner: string): void {
  table.uuid(ownerColumn).notNullable();
  table.integer('position').notNullable();
  table.primary([ownerColumn, 'position']);
  table.foreign(ownerColumn, owner, { onDelete: 'cascade' });
}

/**
 * Column of a table of records, or of a side table, in which core keeps the answer of each row as text, so that lists and reads need
 * neither child tables nor JSON to be made. The database empties it when anything else of the row changes, so a migration that changes
 * rows by SQL need not think of it; one that changes entries of `list` fields sets `kept` to null in their records. Core fills it again.
 * @since 0.1.0
 */
export function keptAnswers(table: TableEditor): void {
  table.kept();
}

/** What stood in the place of {@link keptAnswers} before. */
export function storedLists(table: TableEditor): void {
  table.jsonb('lists');
}

/** Key of a side table (`<noun>_x`): one row at most per record of the extended entity. */
export function sideTable(table: TableEditor, owner: string): void {
  table.uuid('record_id').notNullable();
  table.primary(['record_id']);
  table.foreign('record_id', owner, { onDelete: 'cascade' });
}

/**
 * Indexes of the default list (newest change first) for every reach, from which rights and counts are answered without reading
 * rows. Stands in the place of {@link recordIndexes}; in a table that has those, it builds what differs.
 * @since 0.1.0
 */
export function listIndexes(table: TableEditor, options: { readonly owned: boolean }): void {
  const where = 'deleted_at is null';
  table.index(['updated_at desc', 'id desc'], options.owned ? { where, include: ['team_id', 'owner_id'] } : { where });
  if (!options.owned) return;
  table.index(['owner_id', 'updated_at desc', 'id desc'], { where, include: ['team_id'] });
  table.index(['team_id', 'updated_at desc', 'id desc'], { where });
}

/** Indexes of the default list (newest change first) for every reach; {@link listIndexes} has better ones. */
export function recordIndexes(table: TableEditor, options: { readonly owned: boolean }): void {
  const where = 'deleted_at is null';
  table.index(['updated_at desc', 'id desc'], { where });
  if (!options.owned) return;
  table.index(['owner_id', 'updated_at desc', 'id desc'], { where });
  table.index(['team_id', 'updated_at desc', 'id desc'], { where });
}
