import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request, type OutgoingHttpHeaders } from 'node:http';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

/** One answer, or none. */
export interface Answer {
  /** 0: the connection broke. */
  readonly status: number;
  readonly ms: number;
  readonly retryAfter: string | undefined;
}

/** What is asked of a server. */
export interface Asked {
  readonly url: string;
  readonly headers?: OutgoingHttpHeaders;
  /** How long a silent connection is waited for; 20 s unless told. */
  readonly patienceMs?: number;
}

/** Sends requests at a rate whatever comes back, as the world does; waits for all answers in the end. */
export async function sendOpenLoop(
  asked: Asked,
  { perSecond, durationMs }: { readonly perSecond: number; readonly durationMs: number },
): Promise<readonly Answer[]> {
  const agent = new Agent({ keepAlive: true });
  const sent: Promise<Answer>[] = [];
  const startedAt = performance.now();
  for (let elapsed = 0; elapsed < durationMs; elapsed = performance.now() - startedAt) {
    const due = Math.floor((elapsed / 1000) * perSecond);
    while (sent.length < due) sent.push(ask(asked, agent));
    await sleep(5);
  }
  const answers = await Promise.all(sent);
  agent.destroy();
  return answers;
}

/** Sends the next request when the last one is answered, over some connections. */
export async function sendClosedLoop(
  asked: Asked,
  { connections, durationMs }: { readonly connections: number; readonly durationMs: number },
): Promise<readonly Answer[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const answers: Answer[] = [];
  const endsAt = performance.now() + durationMs;
  const work = async (): Promise<void> => {
    while (performance.now() < endsAt) answers.push(await ask(asked, agent));
  };
  await Promise.all(Array.from({ length: connections }, work));
  agent.destroy();
  return answers;
}

/**
 * Asks every 100 ms until told to stop, from a process of its own, so that what else the caller does is not taken for the server's
 * delay: over one connection, or over a new one each time.
 */
export function watch(asked: Asked & { readonly isKept?: boolean }): { stop(): Promise<readonly Answer[]> } {
  const watcher = fork(new URL('watch-process.js', import.meta.url));
  watcher.send(asked);
  return {
    async stop() {
      const told = once(watcher, 'message');
      watcher.send('stop');
      const [answers] = (await told) as [readonly Answer[]];
      return answers;
    },
  };
}

/** One request; a connection that breaks or stays silent is an answer too. */
export function ask({ url, headers = {}, patienceMs = 20_000 }: Asked, agent?: Agent): Promise<Answer> {
  const sentAt = performance.now();
  return new Promise((resolve) => {
    const end = (status: number, retryAfter?: string): void =>
      resolve({ status, retryAfter, ms: performance.now() - sentAt });
    const outgoing = request(url, { headers, ...(agent === undefined ? {} : { agent }) }, (answer) => {
      answer.resume();
      answer.on('end', () => end(answer.statusCode ?? 0, answer.headers['retry-after']));
      answer.on('error', () => end(0));
    });
    outgoing.on('error', () => end(0));
    outgoing.setTimeout(patienceMs, () => outgoing.destroy());
    outgoing.end();
  });
}

/** The time that a share of the answers stayed below, in ms. */
export function quantileMs(answers: readonly Answer[], share: number): number {
  const sorted = answers.map(({ ms }) => ms).toSorted((left, right) => left - right);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}
