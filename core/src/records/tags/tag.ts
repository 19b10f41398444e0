import type { Id } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../compiled-entity.js';

/** Colours a tag may have: the tones of the interface. */
export const tagTones = ['neutral', 'ok', 'warn', 'bad', 'info', 'vio', 'accent'] as const;

/** One of {@link tagTones}. */
export type TagTone = (typeof tagTones)[number];

/** A word that records of any entity are marked with. */
export interface Tag {
  readonly id: Id;
  readonly name: string;
  readonly tone: TagTone;
}

/** Name under which filters, answers, histories and columns know the tags of a record. */
export const tagsPath = 'tags';

/** Whether records of an entity can be tagged: what nobody may change stays as it is, and a field of this name comes first. */
export function hasTags({ definition, fields }: Pick<CompiledEntity, 'definition' | 'fields'>): boolean {
  return definition.without?.includes('update') !== true && !fields.has(tagsPath);
}

/** Characters of a name at most. */
export const longestTag = 40;

/** A name as it is kept; null for what is none. A comma parts names where several are written. */
export function tagName(text: string): string | null {
  const name = text.toWellFormed().normalize('NFC').replaceAll(/\s+/g, ' ').trim();
  return name === '' || name.length > longestTag || name.includes(',') || isControlled(name) ? null : name;
}

function isControlled(name: string): boolean {
  return /\p{Cc}/u.test(name);
}

/** A name as it is compared. */
export function tagKey(name: string): string {
  return name.toWellFormed().normalize('NFC').replaceAll('\0', '').replaceAll(/\s+/g, ' ').trim().toLowerCase();
}

/** Colour of a new tag: names get different ones, and each the same everywhere. */
export function toneFor(name: string): TagTone {
  const bytes = Buffer.from(tagKey(name));
  const sum = bytes.reduce((total, byte) => (total * 31 + byte) % 65_521, 7);
  return tagTones[sum % tagTones.length] ?? 'neutral';
}
