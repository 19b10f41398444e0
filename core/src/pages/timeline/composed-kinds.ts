import type { CompiledEntity } from '../../records/compiled-entity.js';
import { fieldsOf, type EntityField } from '../fields/entity-field.js';

/** One kind of activity as it is written on a record's page. */
export interface ComposedKind {
  readonly icon: string;
  /** Paths of what is asked for at once. */
  readonly fields: readonly string[];
  /** Paths of what stands behind a click. */
  readonly further: readonly string[];
  /** Whether it says nothing without a text of its own: that there was a call is news by itself. */
  readonly needsText: boolean;
  /** Whether a reminder and a repetition can be set. */
  readonly isPlanned: boolean;
}

const written = ['subject', 'direction', 'occurredAt', 'body', 'files'];
const met = ['subject', 'occurredAt', 'duration', 'dueAt', 'body', 'files'];
const usual = { further: ['participants'], needsText: false, isPlanned: false };

const note: ComposedKind = { ...usual, icon: 'note', fields: ['body', 'files'], further: [], needsText: true };

/** Kinds by name, the most usual first. */
export const composedKinds: Readonly<Record<string, ComposedKind>> = {
  note,
  call: {
    ...{ ...usual, icon: 'phone' },
    fields: ['subject', 'direction', 'outcome', 'occurredAt', 'duration', 'dueAt', 'body', 'files'],
  },
  email: { ...usual, icon: 'mail', fields: written, needsText: true },
  meeting: { ...usual, icon: 'users', fields: met },
  task: {
    ...{ icon: 'checkbox', needsText: true, isPlanned: true },
    ...{ fields: ['subject', 'dueAt', 'owner', 'body', 'files'], further: ['priority'] },
  },
  visit: { ...usual, icon: 'map-pin', fields: met },
  voicemail: { ...usual, icon: 'phone', fields: ['subject', 'direction', 'occurredAt', 'duration', 'body', 'files'] },
  letter: { ...usual, icon: 'send', fields: written },
  fax: { ...usual, icon: 'file', fields: written },
  chat: { ...usual, icon: 'message', fields: written, needsText: true },
};

/** The others are behind a click. */
export const shownAtOnce: ReadonlySet<string> = new Set(['note', 'call', 'email', 'meeting', 'task']);

/** What a kind asks for; a note for one that cannot be written here. */
export function composedAs(kind: string): ComposedKind {
  return composedKinds[kind] ?? note;
}

/** The kind that the address or a form names; a note unless it is one of those that can be written here. */
export function composedKind(name: unknown): string {
  return typeof name === 'string' && Object.hasOwn(composedKinds, name) ? name : 'note';
}

/** Fields of an activity that a kind asks for, at once or behind a click. */
export function composedFields(activity: CompiledEntity, kind: string): readonly EntityField[] {
  const { fields, further } = composedAs(kind);
  return fieldsOf(activity, [...fields, ...further]);
}
