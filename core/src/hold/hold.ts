import type { Knex } from 'knex';
import type { BaseLogger } from 'pino';
import type { InjectionToken } from 'tsyringe';
import type { Signals } from '../database/signals.js';

/** Why and since when a workspace does not act on the world outside. */
export interface HoldState {
  readonly since: Date;
  readonly reason: string;
}

/**
 * Whether this workspace is a copy that must not send anything yet: no deliveries, no jobs, no schedules. Everything
 * that leaves the machine (mails, webhooks) goes through those, or asks here first.
 */
export interface Hold {
  /** As last heard of; null when the workspace is free. A release is heard of within a second. */
  current(): HoldState | null;
  /** Reads anew what {@link Hold.current} says. */
  refresh(): Promise<void>;
  /** Runs `begin` now when the workspace is free, else when it is released; its failure is then only logged. */
  whenFree(begin: () => Promise<void>): Promise<void>;
}

/** The hold of the workspace, in its container. */
export const Hold: InjectionToken<Hold> = Symbol('Hold');

/** What a hold needs from elsewhere. */
export interface HoldParts {
  readonly knex: Knex;
  readonly signals: Signals;
  readonly log: BaseLogger;
}

/** Creates the hold; it counts as held until the first {@link Hold.refresh} says otherwise. */
export function createHold({ knex, signals, log }: HoldParts): Hold {
  let state: HoldState | null = { since: new Date(0), reason: 'not looked at yet' };
  const waiting: (() => Promise<void>)[] = [];
  const beginAll = async (): Promise<void> => {
    for (let begin = waiting.shift(); begin !== undefined; begin = waiting.shift())
      await begin().catch((error: unknown) => log.error({ err: error }, 'what waited for the release did not start'));
  };
  const refresh = async (): Promise<void> => {
    state = await readHold(knex);
    if (state === null) await beginAll();
  };
  const refreshSoon = (): void => {
    refresh().catch((error: unknown) => log.warn({ err: error }, 'whether the workspace is held could not be read'));
  };
  signals.on(holdChannel, refreshSoon);
  signals.onConnected(refreshSoon);
  return {
    current: () => state,
    refresh,
    async whenFree(begin) {
      if (state === null) await begin();
      else waiting.push(begin);
    },
  };
}

/** Ends the hold for all processes. @returns what it was, or null when there was none */
export async function releaseHold(knex: Knex): Promise<HoldState | null> {
  const rows: readonly HoldState[] = await knex('core.holds').delete().returning(['since', 'reason']);
  return rows[0] ?? null;
}

/** Channel on which the database tells of a change. */
const holdChannel = 'trellis_hold';

async function readHold(knex: Knex): Promise<HoldState | null> {
  const row = await knex<HoldState>('core.holds').first('since', 'reason');
  return row ?? null;
}
