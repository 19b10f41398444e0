import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { Knex } from 'knex';

/** A process that serves the workspace. */
export interface LiveProcess {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  readonly generation: number;
  /** Active plugins it cannot run. */
  readonly lacks: readonly string[];
}

/** Enters this process among those that serve the workspace, or renews its sign of life. */
export async function beat(knex: Knex, process_: Omit<LiveProcess, 'host' | 'pid'>): Promise<void> {
  const { id, version, generation, lacks } = process_;
  await knex('core.processes')
    .insert({
      ...{ id, host: hostname(), pid: process.pid, version, generation, lacks },
      beat_at: knex.raw('clock_timestamp()'),
    })
    .onConflict('id')
    .merge(['generation', 'lacks', 'beat_at']);
}

/** Takes this process out at its end, and those that died an hour ago or longer. */
export async function leave(knex: Knex, id: string): Promise<void> {
  await knex('core.processes')
    .where({ id })
    .orWhere('beat_at', '<', knex.raw(`clock_timestamp() - interval '1 hour'`))
    .delete();
}

/** Processes that gave a sign of life within 5 s. */
export async function readLiveProcesses(knex: Knex): Promise<readonly LiveProcess[]> {
  return (await knex('core.processes')
    .where('beat_at', '>', knex.raw(`clock_timestamp() - interval '5 seconds'`))
    .select('id', 'host', 'pid', 'version', 'generation', 'lacks')
    .orderBy('id')) as readonly LiveProcess[];
}

/** Waits until every live process serves the generation or a later one. @returns those that still do not when the time is up */
export async function waitUntilServed(
  knex: Knex,
  generation: number,
  timeoutMs: number,
): Promise<readonly LiveProcess[]> {
  const start = performance.now();
  for (;;) {
    const behind = (await readLiveProcesses(knex)).filter((candidate) => candidate.generation < generation);
    if (behind.length === 0 || performance.now() - start > timeoutMs) return behind;
    await pause(100);
  }
}
