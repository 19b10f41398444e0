import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, type Answer, type Asked } from './open-load.js';

// Asks what the first message says every 100 ms, until another message comes; then tells all answers.
const answers: Answer[] = [];
let isStopped = false;

process.once('message', (asked: Asked & { readonly isKept?: boolean }) => {
  process.once('message', () => (isStopped = true));
  void watch(asked);
});
// Whoever started it is gone.
process.once('disconnect', () => process.exit());

async function watch({ isKept = true, ...asked }: Asked & { readonly isKept?: boolean }): Promise<void> {
  const agent = new Agent({ keepAlive: isKept, maxSockets: 1 });
  while (!isStopped) {
    answers.push(await ask(asked, agent));
    await sleep(100);
  }
  process.send?.(answers, () => process.disconnect?.());
}
