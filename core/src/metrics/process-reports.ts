import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { BaseLogger } from 'pino';
import type { CallCost } from '../kernel/call-costs.js';

/** What a process says about itself, for whoever looks from another one. */
export interface ProcessReport {
  readonly calls: readonly CallCost[];
  /** Statements over the threshold, by module. */
  readonly slowQueries: Readonly<Record<string, number>>;
  readonly residentBytes: number;
}

/** What reports are made of. */
export interface ProcessReportParts {
  readonly knex: Knex;
  readonly log: BaseLogger;
  /** This process's row in `core.processes`. */
  readonly processId: Id;
  calls(): readonly CallCost[];
  slowQueries(): ReadonlyMap<string, number>;
}

const everyMs = 10_000;

/** Writes down what this process did so far, every 10 s. */
export class ProcessReports {
  readonly #parts: ProcessReportParts;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: ProcessReportParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.write().catch((error: unknown) => this.#parts.log.debug({ err: error }, 'report could not be written'));
    }, everyMs).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Writes now; nothing while the process is not entered among those that serve. */
  async write(): Promise<void> {
    const { knex, processId, calls, slowQueries } = this.#parts;
    const report: ProcessReport = {
      calls: calls(),
      slowQueries: Object.fromEntries(slowQueries()),
      residentBytes: process.memoryUsage.rss(),
    };
    await knex.raw(statement, [JSON.stringify(report), processId]);
  }
}

const statement = `
  insert into core.process_reports (process_id, reported_at, report)
  select id, clock_timestamp(), ?::jsonb from core.processes where id = ?
  on conflict (process_id) do update set reported_at = excluded.reported_at, report = excluded.report`;

/** What the processes said that gave a sign of life within the last 5 s. */
export async function readReports(knex: Knex): Promise<readonly ProcessReport[]> {
  const { rows } = await knex.raw<{ rows: { readonly report: ProcessReport }[] }>(
    `select r.report from core.process_reports r join core.processes p on p.id = r.process_id
     where p.beat_at > clock_timestamp() - interval '5 seconds'`,
  );
  return rows.map(({ report }) => report);
}
