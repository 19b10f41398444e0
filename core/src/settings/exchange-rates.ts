import { NotFoundError, ValidationError } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { isCurrency } from './settings-checks.js';

/** From a day on, one unit of the currency is `rate` of the base currency. */
export interface ExchangeRate {
  readonly currency: string;
  /** `YYYY-MM-DD` */
  readonly validFrom: string;
  /** Decimal string. */
  readonly rate: string;
}

/** All rates by currency, the newest first. */
export async function listRates(knex: Knex): Promise<readonly ExchangeRate[]> {
  const rows = await knex<RateRow>('core.exchange_rates').orderBy([
    { column: 'currency' },
    { column: 'valid_from', order: 'desc' },
  ]);
  return rows.map(toRate);
}

/** Stores a rate, over one of the same day. @throws ValidationError for a currency nobody has */
export async function putRate(knex: Knex, { currency, validFrom, rate }: ExchangeRate): Promise<ExchangeRate> {
  if (!isCurrency(currency)) {
    const errors = [{ pointer: '/currency', code: 'unknown_currency', message: 'unknown currency' }];
    throw new ValidationError('not_valid', {}, { errors });
  }
  const [row] = await knex<RateRow>('core.exchange_rates')
    .insert({ currency, valid_from: validFrom, rate })
    .onConflict(['currency', 'valid_from'])
    .merge(['rate'])
    .returning('*');
  return row === undefined ? { currency, validFrom, rate } : toRate(row);
}

/** Removes a rate. @throws NotFoundError `exchange_rate_not_found` */
export async function removeRate(knex: Knex, { currency, validFrom }: Omit<ExchangeRate, 'rate'>): Promise<void> {
  const removed = await knex('core.exchange_rates').where({ currency, valid_from: validFrom }).delete();
  if (removed === 0) throw new NotFoundError('exchange_rate_not_found');
}

interface RateRow {
  readonly currency: string;
  readonly valid_from: string;
  readonly rate: string;
}

/** Without the zeros that the column's scale adds. */
function toRate({ currency, valid_from, rate }: RateRow): ExchangeRate {
  return { currency, validFrom: valid_from, rate: rate.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '') };
}
