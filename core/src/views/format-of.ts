import type { Format } from '@trellis-crm/sdk';
import type { ViewEngine } from './view-engine.js';
import type { ViewEnv } from './view-env.js';

/** The formats that modules' code is given, for one reader. */
export function formatOf({ formatters }: Pick<ViewEngine, 'formatters'>, env: ViewEnv): Format {
  return {
    money: (value, options) => formatters.money(env, value, { isCompact: options?.compact === true }),
    number: (value) => formatters.number(env, value),
    percent: (value) => formatters.percent(env, value),
    date: (value, options) => formatters.date(env, value, { isCompact: options?.compact === true }),
    dateTime: (value) => formatters.dateTime(env, value),
  };
}
