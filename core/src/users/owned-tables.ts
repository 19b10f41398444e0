import type { UnitOfWork } from '../database/unit-of-work.js';
import type { Generation } from '../kernel/generation.js';
import type { CompiledEntity } from '../records/compiled-entity.js';

/** A table whose rows belong to users. */
export interface OwnedTable {
  /** `<schema>.<table>` */
  readonly name: string;
  /** Null for the records of a plugin that is not active: nobody can say what they are. */
  readonly entity: CompiledEntity | null;
}

/** Tables of owned records: those of the generation's entities, then what plugins that are not active left. */
export async function findOwnedTables({
  unit,
  generation,
}: {
  readonly unit: UnitOfWork;
  readonly generation: Generation;
}): Promise<readonly OwnedTable[]> {
  const entities = [...generation.entities.values()];
  const known = new Set(entities.map(tableOf));
  const { rows } = await unit.trx.raw<{ rows: { name: string }[] }>(selectPluginTables);
  return [
    ...entities.filter(({ definition }) => definition.owned).map((entity) => ({ name: tableOf(entity), entity })),
    ...rows.filter(({ name }) => !known.has(name)).map(({ name }) => ({ name, entity: null })),
  ];
}

/** A table of records is known by the columns that core keeps in each. */
const selectPluginTables = `
  select c.table_schema || '.' || c.table_name as name
  from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
  where starts_with(c.table_schema, 'p_') and t.table_type = 'BASE TABLE'
    and c.column_name in ('id', 'version', 'updated_at', 'updated_by', 'owner_id', 'team_id')
  group by 1 having count(*) = 6
  order by 1`;

function tableOf({ schemaName, tableName }: CompiledEntity): string {
  return `${schemaName}.${tableName}`;
}
