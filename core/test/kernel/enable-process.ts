import { pino } from 'pino';
import { openDatabase } from '../../dist/database/index.js';
import { startProcess } from './lifecycle-host.js';

/** A process that enables the plugin `notes`, to be killed while it does. */
const [url = '', pluginsDir = '', dataDir = ''] = process.argv.slice(2);
const database = openDatabase({ url }, pino({ level: 'silent' }));
const { lifecycle, close } = await startProcess({ database, pluginsDir, dataDir });
await lifecycle.enable('notes', 'operator');
await close();
await database.close();
