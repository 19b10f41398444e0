import { isTrellisError } from '@trellis-crm/sdk';
import { StartError } from '@trellis-crm/config';
import type { CliContext } from '../cli-context.js';
import { examinableWorkspace, readSchemaState, type SchemaState } from './examinable-workspace.js';
import type { Finding } from './finding.js';

/** Whether the tables have the version of this program. Without a database there is nothing to say: its own check does. */
export async function checkSchema(cli: CliContext): Promise<Finding[]> {
  try {
    return [describe(await readSchemaState(cli))];
  } catch (error) {
    if (error instanceof StartError) return [];
    if (!isTrellisError(error)) throw error;
    return [{ name: 'schema', status: 'error', detail: error.message, fix: 'install the version that wrote it' }];
  }
}

/** Whether the tables fit what entities declare. */
export async function checkTables(cli: CliContext): Promise<Finding[]> {
  const workspace = await examinableWorkspace(cli);
  if (workspace === undefined) return [];
  const { findDrift } = await import('../../records/drift.js');
  const entities = [...workspace.generation().entities.values()];
  const drift = await findDrift(workspace.database.knex, entities);
  if (drift.length > 0)
    return drift.map(({ problem, fix }) => ({ name: 'tables', status: 'error', detail: problem, fix }));
  return [{ name: 'tables', status: 'ok', detail: `fit the declarations of ${entities.length} entities` }];
}

function describe({ isEmpty, pending, unknown, latest }: SchemaState): Finding {
  const name = 'schema';
  if (isEmpty) return { name, status: 'ok', detail: 'empty: the first start makes it' };
  if (unknown.length > 0) {
    const detail = `a newer version of Trellis changed the database: ${unknown.join(', ')}`;
    return { name, status: 'warning', detail, fix: 'install that version here, too' };
  }
  if (pending.length === 0) return { name, status: 'ok', detail: `up to date, ${latest ?? ''}` };
  const detail = `${pending.length} migrations are not applied yet, from ${pending[0] ?? ''} on; other checks wait for them`;
  return { name, status: 'warning', detail, fix: 'trellis upgrade: it takes a backup first; or just start the server' };
}
