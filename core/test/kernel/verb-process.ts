import { pino } from 'pino';
import { openDatabase, type Database } from '../../dist/database/index.js';
import { startProcess } from './lifecycle-host.js';

/**
 * A process that runs a verb on the plugin `notes` and kills itself before its n-th statement, wherever that is: in the journal, in
 * a migration, in the transaction that activates. Prints the number of statements when it survives.
 */
const [url = '', pluginsDir = '', dataDir = '', verb = '', path = '', lastStatement = ''] = process.argv.slice(2);
const database = openDatabase({ url }, pino({ level: 'silent' }));
let isCounting = false;
let statements = 0;

function count(): void {
  if (!isCounting) return;
  statements += 1;
  if (statements === Number(lastStatement)) process.kill(process.pid, 'SIGKILL');
}

for (const pool of [database.knex, database.work]) pool.on('query', count);
const counted: Database = {
  ...database,
  async connectDirect() {
    const client = await database.connectDirect();
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    client.query = (...args: unknown[]): never => {
      count();
      return query(...args) as never;
    };
    return client;
  },
};

const { lifecycle, close } = await startProcess({ database: counted, pluginsDir, dataDir });
isCounting = true;
if (verb === 'enable') await lifecycle.enable('notes', 'operator');
if (verb === 'disable') await lifecycle.disable('notes', 'operator');
if (verb === 'upgrade') await lifecycle.upgrade('notes', 'operator', path);
isCounting = false;
process.stdout.write(`${statements}\n`);
await close();
await database.close();
