import { randomInt, timingSafeEqual } from 'node:crypto';
import { hostname } from 'node:os';
import type { Knex } from 'knex';
import { hashSecret } from '../auth/secret.js';

/** What a start has to show: the code, which is kept nowhere, or which other start shows it. */
export type IssuedCode = { readonly code: string } | { readonly shownBy: SetupStart };

/** A start of processes that serve, as `trellis serve` makes one. */
export interface SetupStart {
  readonly host: string;
  readonly startedAt: Date;
}

/**
 * Makes a one-time code for the first set-up, in place of the one before, unless another start shows that one and still runs.
 * @param startedAt when the start began that this process is part of; without it there is a new code in any case
 * @returns null when a process of the same start had the code
 */
export async function issueSetupCode(knex: Knex, now: Date, startedAt?: Date): Promise<IssuedCode | null> {
  const letters = Array.from({ length: 8 }, () => alphabet[randomInt(alphabet.length)] ?? '');
  const code = `${letters.slice(0, 4).join('')}-${letters.slice(4).join('')}`;
  const own = { host: hostname(), pid: process.pid, started_at: startedAt ?? null };
  const row = { code_hash: hashSecret(plain(code)), created_at: now, ...own };
  // One statement: of several processes that ask at once, the first one's code stays.
  const insertion = knex('core.setup_codes')
    .insert({ id: true, ...row })
    .onConflict('id')
    .merge(row);
  const isFree = knex.raw(isShownByNobody, [own.host, own.started_at]);
  const issued = await (startedAt === undefined ? insertion : insertion.where(isFree)).returning('id');
  return issued.length > 0 ? { code } : showWho(knex, own);
}

/** Whether it is the code, however it was typed. */
export async function isSetupCode(knex: Knex, code: string): Promise<boolean> {
  const row = await knex<{ readonly code_hash: Buffer }>('core.setup_codes').first('code_hash');
  return row !== undefined && timingSafeEqual(row.code_hash, hashSecret(plain(code)));
}

/** Neither by the start that asks, nor by another that gave a sign of life within 5 s. */
const isShownByNobody = `
  (core.setup_codes.host, core.setup_codes.started_at) is distinct from (?::text, ?::timestamptz(3))
  and not exists (
    select from core.processes p
    where p.host = core.setup_codes.host and p.pid = core.setup_codes.pid
      and p.beat_at > clock_timestamp() - interval '5 seconds')`;

/** Of the same start the latest process tells from now on that it runs. */
async function showWho(
  knex: Knex,
  { host, pid, started_at }: { readonly host: string; readonly pid: number; readonly started_at: Date | null },
): Promise<IssuedCode | null> {
  const isOwn = (await knex('core.setup_codes').where({ host, started_at }).update({ pid })) > 0;
  if (isOwn) return null;
  const shown = await knex<{ host: string; started_at: Date }>('core.setup_codes').first('host', 'started_at');
  // Gone: the workspace was set up meanwhile.
  return shown === undefined ? null : { shownBy: { host: shown.host, startedAt: shown.started_at } };
}

/** Without letters and digits that look alike: 40 bits, and five tries in a quarter of an hour. */
const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

function plain(code: string): string {
  return code.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
}
