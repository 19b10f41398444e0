import { field, type Field } from '@trellis-crm/sdk';
import { tagName, tagsPath } from '../../records/tags/tag.js';
import { unreadable, type ReadValue } from './import-value.js';

/** Tags as a mapping fills them: names with commas or semicolons between. Known by itself, not by what it declares. */
export const tagColumn: Field = field.choices([]);

/** `Gold; North, South` as three names. */
export function readTags(text: string): ReadValue {
  const parts = text.split(/[,;]/).flatMap((part) => (part.trim() === '' ? [] : [part.trim()]));
  const wrong = parts.find((part) => tagName(part) === null);
  if (wrong !== undefined) return unreadable('invalid_tag', `"${wrong.slice(0, 100)}" has more than 40 characters.`);
  return { value: [...new Set(parts.flatMap((part) => tagName(part) ?? []))] };
}

/** Names of tags among the values of a record that is imported; empty cells take no tags away. */
export function tagsIn(values: Readonly<Record<string, unknown>>): readonly string[] {
  const names = values[tagsPath];
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
}
