import { StartError } from '@trellis-crm/config';
import type { OpenWorkspace } from '../../composition/open-workspace.js';
import { compareWithLedger, loadCoreMigrations, readLedger, type LedgerEntry } from '../../database/migrator/index.js';
import type { CliContext } from '../cli-context.js';

/** How core's tables stand to this program. */
export interface SchemaState {
  /** Nothing was ever set up here. */
  readonly isEmpty: boolean;
  /** Migrations that the next start applies. */
  readonly pending: readonly string[];
  /** Those of a newer program. */
  readonly unknown: readonly string[];
  readonly latest: string | null;
}

/** Looks at the ledger of migrations, and changes nothing. @throws StartError without a database */
export async function readSchemaState(cli: CliContext): Promise<SchemaState> {
  const { database } = await cli.database();
  const client = await database.connectDirect();
  try {
    const ledger = await readLedger(client, 'core');
    const { pending, unknown } = compareWithLedger(await loadCoreMigrations(), ledger);
    return {
      isEmpty: ledger.length === 0,
      pending: pending.map(({ name }) => name),
      unknown: unknown.map(({ name }) => name),
      latest: latestOf(ledger),
    };
  } finally {
    await client.end();
  }
}

/** The workspace, unless opening it would migrate it or it cannot be reached: its own checks say so. A check must not change what it looks at. */
export async function examinableWorkspace(cli: CliContext): Promise<OpenWorkspace | undefined> {
  try {
    const { pending } = await readSchemaState(cli);
    return pending.length > 0 ? undefined : await cli.workspace();
  } catch (error) {
    if (error instanceof StartError) return undefined;
    throw error;
  }
}

function latestOf(ledger: readonly LedgerEntry[]): string | null {
  return ledger.reduce<string | null>((latest, { name }) => (latest === null || name > latest ? name : latest), null);
}
