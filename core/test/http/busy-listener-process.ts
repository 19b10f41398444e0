import { existsSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import Koa from 'koa';
import { listen } from '../../dist/http/listen.js';

// Listens on the descriptors that it was started with, is busy until a file is there, and tells how many connections it has accepted
// one turn of its loop later.
const [path = '', count] = process.argv.slice(2);
await listen(new Koa(), { descriptors: Array.from({ length: Number(count) }, (_, index) => 4 + index) });
const before = countSockets();
await nextTurn();
process.send?.('listening');
while (!existsSync(path));
await nextTurn();
process.send?.(countSockets() - before, () => process.exit());

function countSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}
