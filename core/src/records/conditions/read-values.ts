import { Team, User } from '@trellis-crm/sdk';
import type { CompiledField } from '../compiled-entity.js';
import { comparisonValue, currencyValue, type ComparisonValue } from '../filter-values.js';
import type { QueryScope } from '../record-scope.js';
import { sql, type Sql } from '../sql.js';
import { relativeDays, singleDay, type DaySpan } from './relative-days.js';

/** Whose words values are: `me`, `my_team` and days are understood as this person means them. */
export type Asker = Pick<QueryScope, 'identity' | 'calendar'>;

/** Understands values of one field. */
export interface ValueReader {
  /** One value of the field's kind. */
  one(value: unknown): ComparisonValue | undefined;
  /** First moment and end of the days that a value of a date or moment means. */
  days(value: unknown): Bounds | undefined;
  /** The ids that a word stands for, in the form of a list or subquery for `= any(…)`. */
  members(value: unknown): Sql | undefined;
}

/** From the first one up to, without it, the other. */
export interface Bounds {
  readonly from: Sql;
  readonly until: Sql;
}

/** The reader of a field's values. */
export function readerOf(field: CompiledField, asker: Asker): ValueReader {
  const { kind } = field.field;
  return {
    one: (value) => comparisonValue(field, isMe(field, value) ? asker.identity.userId : value),
    days: (value) => (kind === 'date' || kind === 'dateTime' ? boundsOf(kind, value, asker) : undefined),
    members: (value) => (value === 'my_team' ? teamMembers(field, asker) : undefined),
  };
}

/** The reader of a money field's currency. */
export const currencyReader: ValueReader = { one: currencyValue, days: () => undefined, members: () => undefined };

function isMe({ target }: CompiledField, value: unknown): boolean {
  return value === 'me' && target === User.id;
}

/** Records that refer to somebody of my team, or to one of my teams. */
function teamMembers({ target }: CompiledField, { identity }: Asker): Sql | undefined {
  if (target === Team.id) return sql('?::uuid[]', [identity.teamIds]);
  if (target !== User.id) return undefined;
  return sql('array(select mate."id" from "core"."users" mate where mate."team_id" = any(?::uuid[]))', [
    identity.teamIds,
  ]);
}

function boundsOf(kind: 'date' | 'dateTime', value: unknown, { calendar }: Asker): Bounds | undefined {
  const text = typeof value === 'string' ? value.trim() : '';
  // A day of its own is compared as it is with days, and stands for its hours with moments.
  const single = singleDay(text);
  const span = single ?? (isWord.test(text) ? relativeDays(text, calendar()) : undefined);
  if (span === undefined || (kind === 'date' && single !== undefined)) return undefined;
  return kind === 'date' ? dates(span) : moments(span, calendar().timeZone);
}

/** Begins like one of the words, so that the calendar is asked for those only. */
const isWord = /^[a-z+-]|^[0-9]{1,3}[dwmqy]$/;

function dates({ from, until }: DaySpan): Bounds {
  return { from: sql('?::date', [from]), until: sql('?::date', [until]) };
}

/** The database knows when a day begins in the zone. */
function moments({ from, until }: DaySpan, timeZone: string): Bounds {
  const start = (day: string): Sql => sql('(?::date::timestamp at time zone ?::text)', [day, timeZone]);
  return { from: start(from), until: start(until) };
}
