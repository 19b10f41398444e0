import { setTimeout as sleep } from 'node:timers/promises';
import { cpuTimeMs } from '../lab/cpu-time.js';
import { tokenOf } from '../lab/dataset-sql.js';
import type { Lab, Product } from '../lab/lab.js';
import { copyLines, linesFor, type Belonging, type CopiedTable, type Person } from '../raw/copied-contacts.js';

/** Where both sides take place: the product on its database, COPY in that of the raw server. */
export interface ImportPlace {
  readonly lab: Lab;
  readonly product: Product;
}

/** What one side took for all rows. */
export interface Cost {
  readonly seconds: number;
  /** Processor time of the database and of the program that sends. */
  readonly cpuMs: number;
}

/** People with names and addresses that nobody had before. */
export function drawPeople(count: number): readonly Person[] {
  const batch = Date.now().toString(16).padStart(12, '0');
  return Array.from({ length: count }, (_, index) => {
    const letters = Array.from(String(index), (digit) => String.fromCodePoint(97 + Number(digit))).join('');
    return {
      id: `${batch.slice(0, 8)}-${batch.slice(8)}-7000-8000-${index.toString(16).padStart(12, '0')}`,
      name: `Imported ${letters}`,
      jobTitle: 'Buyer',
      email: `${batch}-${index}@import.example`,
    };
  });
}

/** Copies people into tables, each in a transaction, on a connection with the settings that the server gives to all. */
export async function copyPeople(
  { lab, product }: ImportPlace,
  people: readonly Person[],
  tables: readonly CopiedTable[],
): Promise<ReadonlyMap<CopiedTable, Cost>> {
  const costs = new Map<CopiedTable, Cost>();
  await lab.cluster.connected('bench_raw', async (client) => {
    const importing = 'select id as owner, team_id as team from core.users where email = $1';
    const { rows } = await client.query<Belonging>(importing, [`user${importer(lab)}@bench.example`]);
    const [belonging] = rows;
    if (belonging === undefined) throw new Error('the importing user is not there');
    for (const table of tables) {
      const lines = linesFor(table, people, belonging);
      await settle(lab, product);
      const spentMs = (): number => lab.cluster.cpuTimeMs() + ownCpuMs();
      const cost = await costOf(spentMs, async () => {
        await copyLines(client, table, lines);
        return new Date();
      });
      costs.set(table, cost);
    }
  });
  return costs;
}

/** How a file is imported. */
export interface ImportManner {
  readonly query: string;
  /** Whether all rows are checked by a dry run of their own first. */
  readonly isCheckedFirst?: boolean;
}

/** From sending the file, for the first time, to the end of its job. @throws Error unless every row became a contact */
export async function importPeople(
  place: ImportPlace,
  people: readonly Person[],
  { query, isCheckedFirst = false }: ImportManner,
): Promise<Cost> {
  const { lab, product } = place;
  const lines = people.map(({ name, jobTitle, email }) => `${name},${jobTitle},${email}\n`);
  const csv = `name,jobTitle,email\n${lines.join('')}`;
  await settle(lab, product);
  return costOf(
    () => cpuTimeMs(lab.pidAt(product.port)) + lab.cluster.cpuTimeMs(),
    async () => {
      if (isCheckedFirst) await importFile(place, csv, { query: `${query}&dryRun=true`, count: people.length });
      return importFile(place, csv, { query, count: people.length });
    },
  );
}

/** What the other side left to do does not count against this one. */
async function settle({ cluster }: Lab, { database }: Product): Promise<void> {
  await cluster.connected(database, async (client) => {
    while ((await client.query('select from core.pending_events limit 1')).rowCount !== 0) await sleep(100);
    await client.query('checkpoint');
  });
}

/** @param work says when it was over */
async function costOf(spentMs: () => number, work: () => Promise<Date>): Promise<Cost> {
  const cpuBefore = spentMs();
  const startedAt = Date.now();
  const endedAt = await work();
  return { seconds: (endedAt.getTime() - startedAt) / 1000, cpuMs: spentMs() - cpuBefore };
}

function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function importer({ sample }: Lab): number {
  return sample.readersOfAll[0] ?? 0;
}

interface ImportAnswer {
  readonly data: {
    readonly id: string;
    readonly state: string;
    readonly totals: { readonly created: number; readonly refused: number };
    readonly failure: unknown;
    readonly finishedAt: string | null;
  };
}

/** Each question costs the server a millisecond, which is no part of importing; the page asks once a second. */
const askEveryMs = 200;

async function importFile(
  { lab, product }: ImportPlace,
  csv: string,
  { query, count }: { readonly query: string; readonly count: number },
): Promise<Date> {
  const headers = { Authorization: `Bearer ${tokenOf(importer(lab))}` };
  const api = `http://127.0.0.1:${product.port}/api/v1`;
  const accepted = await fetch(`${api}/contacts/import?${query}`, {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'text/csv' },
    body: csv,
  });
  if (accepted.status !== 202) throw new Error(`the import was refused: ${accepted.status} ${await accepted.text()}`);
  const { data } = (await accepted.json()) as ImportAnswer;
  for (;;) {
    await sleep(askEveryMs);
    const { data: now } = (await (await fetch(`${api}/imports/${data.id}`, { headers })).json()) as ImportAnswer;
    if (now.state !== 'done' && now.state !== 'failed') continue;
    if (now.totals.created === count && now.finishedAt !== null) return new Date(now.finishedAt);
    throw new Error(`the import made ${now.totals.created} of ${count}: ${JSON.stringify(now).slice(0, 1500)}`);
  }
}
