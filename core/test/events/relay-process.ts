import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { openDatabase } from '../../dist/database/database.js';
import { recordEffect } from './effects.js';
import { openBus } from './bus.js';

// A process of its own that relays and delivers until it is killed: `node relay-process.js <database url>`.
const database = openDatabase({ url: process.argv[2] ?? '' }, pino({ level: 'silent' }));
const bus = await openBus(
  database,
  {
    first: async (unit, event) => {
      await recordEffect('first')(unit, event);
      await pause(Math.random() * 4);
    },
  },
  { now: () => new Date() },
);
bus.relay.start();
process.stdout.write('started\n');
setInterval(() => undefined, 1000);
