import type { CompiledRule } from '../compiled-entity.js';
import type { DuplicateEvidence } from '@trellis-crm/sdk';
import { nameForm } from './name-form.js';

/** What a record has to be compared by: for each rule the values of its field, in the form in which equal ones are the same text. */
export type MatchValues = ReadonlyMap<CompiledRule, readonly string[]>;

/** Takes the values out of a record, or of what a record is to become. */
export function matchValuesOf(rules: readonly CompiledRule[], values: Readonly<Record<string, unknown>>): MatchValues {
  return new Map(rules.map((rule) => [rule, formsOf(rule, values[rule.field.name])]));
}

function formsOf({ item, as }: CompiledRule, value: unknown): readonly string[] {
  const parts = item === null ? [value] : entriesOf(value).map((entry) => entry[item.name]);
  const forms = parts.map((part) => (typeof part === 'string' ? comparedForm(as, part) : ''));
  return [...new Set(forms.filter((form) => form !== ''))];
}

/** The form in which equal values are the same text. Nothing for one that says nothing. */
export function comparedForm(as: DuplicateEvidence, value: string): string {
  if (as === 'name') return nameForm(value);
  if (as === 'domain') return domainOf(value);
  return value.trim().toLowerCase();
}

/** `https://www.acme.com/about` and `acme.com` are one. */
function domainOf(value: string): string {
  const host = value
    .trim()
    .toLowerCase()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//, '')
    .replace(/[/?#:].*$/s, '');
  const bare = host.replace(/^www\./, '');
  return bare.includes('.') ? bare : '';
}

function entriesOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? (value as readonly Readonly<Record<string, unknown>>[]) : [];
}
