import fc from 'fast-check';
import { createHash } from 'node:crypto';
import type { Answer, Client, Sent } from '../support/http.js';

/** One request and what was wrong with its answer. */
export interface Failure {
  /** Place in the sequence of its seed. */
  readonly index: number;
  readonly request: Sent;
  readonly problem: string;
}

/** How often and with what. */
export interface Fuzzing {
  readonly client: Client;
  readonly seed: number;
  readonly count: number;
  readonly requests: fc.Arbitrary<Sent>;
  check(answer: Answer): string | null;
}

/** What came of it. */
export interface Outcome {
  readonly failures: readonly Failure[];
  readonly statuses: ReadonlyMap<number, number>;
  readonly slowestMs: number;
}

/** Requests in flight at once. */
export const concurrency = 16;
const hangMs = 2000;

/** Seed of an operation: the same in every run, another for each. The first requests of a long run are those of a short one. */
export function seedOf(key: string): number {
  return createHash('sha256').update(key).digest().readInt32BE();
}

/** Sends generated requests, sixteen at a time, and collects what is wrong with the answers. */
export async function fuzz({ client, seed, count, requests, check }: Fuzzing): Promise<Outcome> {
  const queue = fc.sample(requests, { seed, numRuns: count }).entries();
  const failures: Failure[] = [];
  const slow: (readonly [number, Sent])[] = [];
  const statuses = new Map<number, number>();
  let slowestMs = 0;
  const work = async (): Promise<void> => {
    for (const [index, request] of queue) {
      const answer = await tryTo(client, request);
      const problem = typeof answer === 'string' ? answer : check(answer);
      if (problem !== null) failures.push({ index, request, problem });
      if (typeof answer === 'string') continue;
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      slowestMs = Math.max(slowestMs, answer.ms);
      if (answer.ms > hangMs) slow.push([index, request]);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  for (const [index, request] of slow) failures.push(...(await hanging(client, index, request)));
  return { failures, statuses, slowestMs };
}

/** The answer, or why there is none. */
async function tryTo(client: Client, request: Sent): Promise<Answer | string> {
  try {
    return await client.send(request);
  } catch (error) {
    return `gets no answer: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** What took long among fifteen others on a busy machine is asked for once more, alone. */
async function hanging(client: Client, index: number, request: Sent): Promise<readonly Failure[]> {
  const again = await tryTo(client, request);
  if (typeof again !== 'string' && again.ms <= hangMs) return [];
  const problem = typeof again === 'string' ? again : `takes ${Math.round(again.ms)} ms`;
  return [{ index, request, problem }];
}

/** A failure in words, with the command that sends the same request again. */
export function describeFailure(file: string, key: string, { index, request, problem }: Failure): string {
  const { method, path, headers = {}, body = '' } = request;
  const content = typeof body === 'string' ? body.slice(0, 300) : Buffer.from(body).toString('hex');
  const { Authorization: _token, Cookie: _session, ...shown } = headers;
  return [
    `request ${index} ${problem}`,
    `  ${method} ${path.slice(0, 400)} ${JSON.stringify(shown)} ${content}`,
    `  again: npm run test:full -- ${file} -g "${key}"`,
  ].join('\n');
}
