import type { MatchParameters } from '../../records/matching.js';
import { textOf, type FormData } from '../fields/form-reader.js';

/** Records that were ticked on a list, or all that the list goes through. */
export interface Selection {
  readonly ids: readonly string[];
  /** Parameters of the list when all are meant; null for those that were ticked. */
  readonly matching: MatchParameters | null;
  /** The list's parameters as text, to come back to. */
  readonly list: string;
}

/** Reads what a list's form sends: `ids`, `all` and `list`. */
export function selectionIn(form: FormData): Selection {
  const list = textOf(form, 'list');
  const ids = [form['ids']].flat().filter((id) => typeof id === 'string' && id !== '') as readonly string[];
  return { ids, matching: textOf(form, 'all') === '1' ? matchingIn(list) : null, list };
}

/** Whether anything is meant at all. */
export function isNothing({ ids, matching }: Selection): boolean {
  return ids.length === 0 && matching === null;
}

/** The selection as hidden controls of another form. */
export function hiddenControls({ ids, matching, list }: Selection): { name: string; value: string }[] {
  const named = matching === null ? ids.map((value) => ({ name: 'ids', value })) : [{ name: 'all', value: '1' }];
  return [...named, { name: 'list', value: list }];
}

/** What the API's bulk change takes. */
export function bulkTarget({ ids, matching }: Selection): object {
  return matching === null ? { ids } : { matching };
}

/** Of a list's parameters those that say which records are on it. */
function matchingIn(list: string): MatchParameters {
  const isCondition = (name: string): boolean => name.startsWith('filter') || name === 'where' || name === 'q';
  return Object.fromEntries([...new URLSearchParams(list)].filter(([name]) => isCondition(name)));
}
