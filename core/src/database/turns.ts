import type { Client } from 'pg';
import { BatchRun } from './batch-run.js';
import { StatementRun } from './statement-run.js';

/**
 * Sends the statements of a connection one after the other, however many are asked for at once, as by `Promise.all` within a
 * transaction. pg 8 queues them itself and warns, as pg 9 leaves that to its callers. What it offers besides, `pipeline: true`
 * (since 8.23), sends all at once, but refuses every query of another class, such as cursors and COPY. Those pass here untouched.
 */
export function takeTurns(client: Client): void {
  const query = client.query.bind(client) as (...given: readonly unknown[]) => Promise<unknown> | OwnRun;
  let last: Promise<unknown> | undefined;
  const ask = (given: readonly unknown[]): Promise<unknown> => {
    const run = (): Promise<unknown> => answerOf(query(...given));
    const answer = last === undefined ? run() : last.then(run, run);
    const end = (): void => {
      if (last === answer) last = undefined;
    };
    last = answer;
    answer.then(end, end);
    return answer;
  };
  client.query = ((...given: readonly unknown[]): unknown => {
    if (isOwn(given[0])) return ask(given);
    if (isStream(given[0])) return query(...given);
    const answered = given.at(-1);
    if (!isCallback(answered)) return ask(given);
    ask(given.slice(0, -1)).then((result) => answered(null, result), answered);
    return undefined;
  }) as Client['query'];
}

/** pg gives back what it was given of our own class. */
function answerOf(asked: Promise<unknown> | OwnRun): Promise<unknown> {
  return isOwn(asked) ? asked.answer : asked;
}

type OwnRun = StatementRun | BatchRun;

function isOwn(asked: unknown): asked is OwnRun {
  return asked instanceof StatementRun || asked instanceof BatchRun;
}

type Callback = (error: unknown, result?: unknown) => void;

function isCallback(value: unknown): value is Callback {
  return typeof value === 'function';
}

/** pg calls it to be sent, and tells it of the answers. */
function isStream(statement: unknown): boolean {
  return typeof statement === 'object' && statement !== null && 'submit' in statement;
}
