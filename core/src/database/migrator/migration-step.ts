import type { MigrationStep } from '@trellis-crm/sdk/migrations/v1';
import { createSchemaEditor, type EditorScope } from './schema-editor.js';

/** What one migration gets to work with. */
export function createMigrationStep(scope: EditorScope): MigrationStep {
  return {
    schemaName: scope.schemaName,
    schema: createSchemaEditor(scope),
    async sql(text, bindings = []) {
      const { rows } = await scope.client.query<Readonly<Record<string, unknown>>>(text, [...bindings]);
      return rows;
    },
    async inBatches(batch) {
      if (scope.phase !== 'data') throw new Error('inBatches is for migrations of phase "data"');
      while ((await inTransaction(scope, batch)) > 0);
    },
  };
}

/** A batch that fails leaves those before it: the migration takes up there when it runs again. */
async function inTransaction(scope: EditorScope, batch: () => Promise<number>): Promise<number> {
  await scope.client.query('begin');
  try {
    const done = await batch();
    await scope.client.query('commit');
    return done;
  } catch (error) {
    await scope.client.query('rollback');
    throw error;
  }
}
