import type { Client } from 'pg';
import type { BaseLogger } from 'pino';
import { currentScope, scopeFields, type CallScope } from '../logging/call-scope.js';

/** Tells of statements that take long, and of the module whose call ran them; values are people's data and never told. */
export interface SlowQueries {
  /** Follows a connection from now on. */
  watch(client: Client): void;
  /** How many there were since the start, by module. */
  readonly counts: ReadonlyMap<string, number>;
}

/** Lines at most in one period: a database that stands still makes every statement slow. */
const maxLines = 20;
const periodMs = 10_000;
const maxTextLength = 4000;

/** Creates the log of one process. @param thresholdMs from how long on a statement is told; 0 = never */
export function createSlowQueries(thresholdMs: number, log: BaseLogger): SlowQueries {
  const counts = new Map<string, number>();
  const limited = limitLines(log);
  return {
    counts,
    watch(client) {
      if (thresholdMs === 0) return;
      watchConnection(client, ({ statement, startedAt, scope }) => {
        const ms = performance.now() - startedAt;
        if (ms < thresholdMs) return;
        const module = scope?.module ?? 'core';
        counts.set(module, (counts.get(module) ?? 0) + 1);
        limited({ ...scopeFields(scope), module, ms: Math.round(ms), sql: textOf(statement) });
      });
    },
  };
}

interface RunningStatement {
  readonly statement: unknown;
  readonly startedAt: number;
  readonly scope: CallScope | undefined;
}

/** Statements of a connection end in the order they were sent in, each with the server's `ReadyForQuery`. */
function watchConnection(client: Client, ended: (statement: RunningStatement) => void): void {
  const running: RunningStatement[] = [];
  const query = client.query.bind(client) as (...given: unknown[]) => unknown;
  client.query = ((...given: unknown[]) => {
    running.push({ statement: given[0], startedAt: performance.now(), scope: currentScope() });
    return query(...given);
  }) as Client['query'];
  client.connection.on('readyForQuery', () => {
    const first = running.shift();
    if (first !== undefined) ended(first);
  });
}

/** Values stand beside the text, never in it. */
function textOf(statement: unknown): string {
  const text = typeof statement === 'object' && statement !== null && 'text' in statement ? statement.text : statement;
  return String(text).replaceAll(/\s+/g, ' ').trim().slice(0, maxTextLength);
}

function limitLines(log: BaseLogger): (fields: object) => void {
  let periodStart = 0;
  let lines = 0;
  let unsaid = 0;
  return (fields) => {
    const now = performance.now();
    if (lines === 0 || now - periodStart > periodMs) {
      if (unsaid > 0) log.warn({ unsaid }, 'more slow queries');
      [periodStart, lines, unsaid] = [now, 0, 0];
    }
    if (lines < maxLines) log.warn(fields, 'slow query');
    else unsaid += 1;
    lines += 1;
  };
}
