import { randomInt, timingSafeEqual } from 'node:crypto';
import type { Knex } from 'knex';
import { hashSecret } from '../auth/secret.js';

/**
 * Makes a new one-time code for the first set-up; the one before ends, unless it was made since `start` if that is given.
 * @returns the code, which is kept nowhere; null when the one of this start stays
 */
export async function issueSetupCode(knex: Knex, now: Date, start?: Date): Promise<string | null> {
  const letters = Array.from({ length: 8 }, () => alphabet[randomInt(alphabet.length)] ?? '');
  const code = `${letters.slice(0, 4).join('')}-${letters.slice(4).join('')}`;
  const row = { code_hash: hashSecret(plain(code)), created_at: now };
  // One statement: of several processes that ask at once, the first one's code stays.
  const issued = await knex('core.setup_codes')
    .insert({ id: true, ...row })
    .onConflict('id')
    .merge(row)
    .where('core.setup_codes.created_at', '<', start ?? 'infinity')
    .returning('id');
  return issued.length === 0 ? null : code;
}

/** Whether it is the code, however it was typed. */
export async function isSetupCode(knex: Knex, code: string): Promise<boolean> {
  const row = await knex<{ readonly code_hash: Buffer }>('core.setup_codes').first('code_hash');
  return row !== undefined && timingSafeEqual(row.code_hash, hashSecret(plain(code)));
}

/** Without letters and digits that look alike: 40 bits, and five tries in a quarter of an hour. */
const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

function plain(code: string): string {
  return code.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
}
