/**
 * Statements that give a table the column of kept answers, and the trigger that empties it when anything else of the row changes: whoever
 * writes a row and knows nothing of what it keeps makes it forget that. The function is core's. Running them again changes nothing.
 * @param table quoted, with its schema
 */
export function keptColumnStatements(table: string): readonly string[] {
  const stays = 'new.kept is not null and new.kept = old.kept';
  return [
    `alter table ${table} add column if not exists kept text[]`,
    `create or replace trigger forget_kept before update on ${table} for each row when (${stays}) execute function core.forget_kept()`,
  ];
}
