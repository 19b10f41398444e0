import type { Client } from 'pg';
import type { ColumnReaders } from './statement-run.js';

/** Statements that a connection keeps at most; for one more it drops them all. Each takes some 100 KB of the server's memory. */
export const maxKeptStatements = 500;

/** What one connection keeps. A new round drops all of the one before and uses other names. */
export interface KeptStatements {
  readonly round: number;
  /** By name, with the columns of the answer; undefined until the first answer. */
  readonly names: Map<string, ColumnReaders | undefined>;
  /** The round before, until it is dropped. */
  before: KeptStatements | null;
}

/** Belongs to the connections and goes with them. */
const keptBy = new WeakMap<Client, KeptStatements>();

/** What the connection keeps in its present round, with the name among it. */
export function keep(client: Client, name: string): KeptStatements {
  const known = keptBy.get(client) ?? startRound(client);
  if (known.names.has(name)) return known;
  const kept = known.names.size >= maxKeptStatements ? startRound(client) : known;
  kept.names.set(name, undefined);
  return kept;
}

/** A statement as one connection keeps it. */
export interface KeptStatement {
  /** Its name on that connection. */
  readonly name: string;
  readonly columns: ColumnReaders;
}

/** What a connection knows of a statement; undefined when it has still to be sent, or described. */
export function keptAs(client: Client, name: string): KeptStatement | undefined {
  const kept = keptBy.get(client);
  const columns = kept?.names.get(name);
  return kept === undefined || kept.before !== null || columns === undefined
    ? undefined
    : { name: nameIn(kept.round, name), columns };
}

/** The name on the connection. */
export function nameIn(round: number, name: string): string {
  return round === 0 ? name : `${name}_${round}`;
}

/** Forgets what the connection keeps; {@link dropBefore} tells it so. */
export function startRound(client: Client): KeptStatements {
  const before = keptBy.get(client) ?? null;
  const kept = {
    round: before === null ? 0 : before.round + 1,
    names: new Map<string, ColumnReaders | undefined>(),
    before,
  };
  keptBy.set(client, kept);
  return kept;
}

/** Drops what the connection kept in earlier rounds. */
export async function dropBefore(client: Client, kept: KeptStatements): Promise<void> {
  const { before } = kept;
  kept.before = null;
  try {
    await client.query('deallocate all');
  } catch (error) {
    // A failed transaction takes no statement at all.
    kept.before = before;
    throw error;
  }
  for (let round = before; round !== null; round = round.before) forget(client, round);
}

/** pg remembers for ever which texts it has sent; its types do not know it. */
function forget(client: Client, { round, names }: KeptStatements): void {
  const sent: unknown = Reflect.get(client.connection, 'parsedStatements');
  if (typeof sent !== 'object' || sent === null) return;
  for (const name of names.keys()) Reflect.deleteProperty(sent, nameIn(round, name));
}
