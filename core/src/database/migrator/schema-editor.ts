import type { MigrationPhase, SchemaEditor, TableEditor } from '@trellis-crm/sdk/migrations/v1';
import knex, { type Knex } from 'knex';
import type { Client } from 'pg';
import { createTableEditor, dropInvalid } from './table-editor.js';

/** Where and when the editor works. */
export interface EditorScope {
  readonly client: Client;
  readonly schemaName: string;
  readonly phase: MigrationPhase;
  /** Tables created in the transaction under way, `<schema>.<table>`; the editor adds to it. */
  readonly created: Set<string>;
}

/** Creates and changes tables of one schema on one connection. Knex only writes the SQL: its pools know nothing of session locks. */
export function createSchemaEditor(scope: EditorScope): SchemaEditor {
  const compiler = knex({ client: 'pg', version: '15' });
  const builder = () => compiler.schema.withSchema(scope.schemaName);
  const edit = async (
    verb: 'createTable' | 'alterTable',
    name: string,
    build: (table: TableEditor) => void,
  ): Promise<void> => {
    const statements: string[] = [];
    const { schemaName, phase } = scope;
    const table = { knex: compiler, schemaName, name, phase, isNew: scope.created.has(keyOf(scope, name)), statements };
    const columns = builder()[verb](name, (edited) => {
      build(createTableEditor(edited, table));
    });
    for (const statement of [...compiled(columns), ...statements]) await run(scope.client, statement);
  };
  return {
    async createTable(name, build) {
      scope.created.add(keyOf(scope, name));
      await edit('createTable', name, build);
    },
    alterTable: (name, build) => edit('alterTable', name, build),
    async dropTable(name) {
      for (const statement of compiled(builder().dropTable(name))) await run(scope.client, statement);
      scope.created.delete(keyOf(scope, name));
    },
  };
}

function keyOf(scope: EditorScope, table: string): string {
  return `${scope.schemaName}.${table}`;
}

/** Schema statements have no bindings in PostgreSQL: knex writes values into the text, and leaves its own escape of `?` there. */
function compiled(builder: Knex.SchemaBuilder): readonly string[] {
  const statements = builder.toSQL() as unknown as readonly { readonly sql: string }[];
  return statements.map(({ sql }) => sql.replaceAll('\\?', '?'));
}

async function run(client: Client, statement: string): Promise<void> {
  if (statement.startsWith(dropInvalid) && !(await isInvalidIndex(client, statement.slice(dropInvalid.length)))) return;
  await client.query(statement);
}

async function isInvalidIndex(client: Client, quotedName: string): Promise<boolean> {
  const { rows } = await client.query<{ invalid: boolean }>(
    'select not indisvalid as invalid from pg_index where indexrelid = to_regclass($1)',
    [quotedName],
  );
  return rows[0]?.invalid === true;
}
