import type { ViewEnv } from '../../views/view-env.js';
import type { DisplaySources } from '../fields/field-display.js';
import type { Told } from './kept-rows.js';

/** Sources that note what is asked of them. */
export interface NotingSources {
  readonly sources: DisplaySources;
  /** What was asked for since the last call. */
  take(): Told;
}

/** What rows that are kept are drawn from: nothing of it is the reader's own, and what changes by itself is noted. */
export function noteSources(sources: DisplaySources): NotingSources {
  const { formatters, names } = sources;
  let titles: Told['titles'][number][] = [];
  let moments: Told['moments'][number][] = [];
  const noting: DisplaySources = {
    ...sources,
    names: {
      titleOf: names.titleOf,
      of(entity, id) {
        const name = names.of(entity, id);
        titles.push({ entity, id, title: name?.title ?? null });
        return name;
      },
    },
    formatters: {
      ...formatters,
      timeAgo(env, value) {
        const text = formatters.timeAgo(env, value);
        if (!isLongAgo(env, value)) moments.push({ at: value, text });
        return text;
      },
    },
  };
  return {
    sources: noting,
    take() {
      const told = { titles, moments };
      [titles, moments] = [[], []];
      return told;
    },
  };
}

/** Told by its date for more than a day, as it will be from now on. */
function isLongAgo({ now }: ViewEnv, value: unknown): boolean {
  return now.getTime() - new Date(String(value)).getTime() > 31 * 86_400_000;
}

/** The surroundings of a drawing that others will see. */
export function anybodysEnv({ locale, timeZone, currency, now }: ViewEnv): ViewEnv {
  return { locale, timeZone, currency, now, theme: 'system', csrfToken: '', url: '' };
}
