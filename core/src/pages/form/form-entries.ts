import { entryPlaces, textOf, type FormData } from '../fields/form-reader.js';

/**
 * A form that was sent by "add row" or "remove row" of a list field: the same form with that row more or less, or null when it
 * was sent to be saved. This is how repeatable rows work without JavaScript.
 */
export function changeEntries(form: FormData): FormData | null {
  const added = textOf(form, '_add');
  if (added !== '') return addEntry(form, added);
  const removed = textOf(form, '_remove');
  return removed === '' ? null : withoutEntry(form, removed);
}

/** A marker control keeps a row that has nothing in it yet. */
function addEntry(form: FormData, path: string): FormData {
  const next = Math.max(-1, ...entryPlaces(form, path)) + 1;
  return { ...without(form, '_add'), [`${path}.${next}.`]: '' };
}

function withoutEntry(form: FormData, prefix: string): FormData {
  return Object.fromEntries(
    Object.entries(without(form, '_remove')).filter(([name]) => !name.startsWith(`${prefix}.`)),
  );
}

function without(form: FormData, name: string): FormData {
  return Object.fromEntries(Object.entries(form).filter(([other]) => other !== name));
}
