import { activitySource } from './activity-source.js';
import { changeSource } from './change-source.js';
import { contributedSources, isContributed, type ModuleParts } from './contributed-sources.js';
import { readPlace, writePlace } from './timeline-cursor.js';
import type { FoundEntry, KindOption, Source, TimelineCall } from './timeline-entry.js';

/** What of a timeline is asked for. */
export interface TimelineQuery {
  readonly after: string | null;
  readonly limit: number;
  /** Names of kinds; null: all. */
  readonly kinds: readonly string[] | null;
  /** Activities to be done, at most; they come with the beginning. */
  readonly planned: number;
}

/** A stretch of a record's timeline, newest first. */
export interface TimelineStretch {
  readonly entries: readonly FoundEntry[];
  /** Cursor of what is older; null at its beginning. */
  readonly next: string | null;
  /** Sources that failed or were too slow; what they know is missing. */
  readonly unavailable: readonly string[];
}

/** Everything that feeds a record's timeline for this reader. */
export function sourcesOf(parts: ModuleParts, call: Pick<TimelineCall, 'request' | 'entity'>): readonly Source[] {
  return [activitySource, changeSource, ...contributedSources(parts, call)];
}

/** Kinds that this reader may choose from. */
export function kindOptions(sources: readonly Source[]): readonly KindOption[] {
  return sources.flatMap(({ options }) => options);
}

/**
 * Reads each source from where it was left and puts the newest together. A source reads one entry more than the stretch holds, so that
 * it is known whether there are more; where each source was left is the cursor, so what comes later in one moves nothing in another.
 */
export async function readStretch(
  parts: ModuleParts,
  call: TimelineCall,
  { after, limit, kinds }: TimelineQuery,
): Promise<TimelineStretch> {
  const place = readPlace(after);
  const unavailable: string[] = [];
  const read = async (source: Source): Promise<Feed> => {
    const wanted = source.options.map(({ name }) => name).filter((name) => kinds === null || kinds.includes(name));
    if (wanted.length === 0) return { name: source.name, entries: [] };
    try {
      const asked = { after: place.get(source.name) ?? null, limit: limit + 1, kinds: wanted };
      return { name: source.name, entries: await source.read(call, asked) };
    } catch (error) {
      if (!isContributed(source)) throw error;
      parts.workspace.log.warn({ err: error, source: source.name }, 'a part of a timeline is missing');
      unavailable.push(source.name);
      return { name: source.name, entries: [] };
    }
  };
  const merged = merge(await Promise.all(sourcesOf(parts, call).map(read)), limit + 1);
  const shown = merged.slice(0, limit);
  const next = new Map([...place, ...shown.map(({ entry, feed }) => [feed, entry.key] as const)]);
  return {
    entries: shown.map(({ entry }) => entry),
    next: merged.length > limit ? writePlace(next) : null,
    unavailable,
  };
}

/** Entries of one source, in its order. */
interface Feed {
  readonly name: string;
  readonly entries: readonly FoundEntry[];
}

interface MergedEntry {
  readonly feed: string;
  readonly entry: FoundEntry;
}

/** The newest of what stands first in each feed, again and again: the order within a feed stays as it is. */
function merge(feeds: readonly Feed[], limit: number): readonly MergedEntry[] {
  const merged: MergedEntry[] = [];
  const taken = feeds.map(() => 0);
  while (merged.length < limit) {
    const heads = feeds.flatMap(({ name, entries }, place) => {
      const entry = entries[taken[place] ?? 0];
      return entry === undefined ? [] : [{ feed: name, entry, place }];
    });
    const [first] = heads;
    if (first === undefined) break;
    const newest = heads.reduce((best, head) => (head.entry.at > best.entry.at ? head : best), first);
    taken[newest.place] = (taken[newest.place] ?? 0) + 1;
    merged.push({ feed: newest.feed, entry: newest.entry });
  }
  return merged;
}
