import type { HelperDelegate } from 'handlebars';

import { plainText } from './plain-text.js';

/** Helpers of the kit that turn a name or a tone into what stands for it. */
export const displayHelpers: Readonly<Record<string, HelperDelegate>> = {
  'initials-of': (name: unknown, length: number) => initialsOf(plainText(name), length),
  'tone-of': (name: unknown) => toneOf(plainText(name)),
  'icon-of-tone': (tone: unknown) => iconsByTone[plainText(tone)] ?? 'info-circle',
  'cell-class': (cell: Readonly<Record<string, unknown>>) => cellClass(cell),
};

/** Empty for a cell that is like most. */
function cellClass(cell: Readonly<Record<string, unknown>>): string {
  const isBlank = ['text', 'html', 'tags', 'isOn'].every((key) => isNothing(cell[key]));
  const names = [
    cell['isTitle'] === true && 'row-title',
    cell['isNumeric'] === true && 'end',
    cell['isWideOnly'] === true && 'wide-only',
    isBlank && 'is-empty',
  ];
  return names.filter((name) => name !== false).join(' ');
}

/** First letters of the first and the last word; of a name without spaces (also Chinese) its first characters. */
function initialsOf(name: string, length: number): string {
  const words = name.split(/[\s-]+/).filter((word) => /\p{L}|\p{N}/u.test(word));
  const [first = '', last] = [words[0], words.length > 1 ? words.at(-1) : undefined];
  const letters = last && length > 1 ? [...firstOf(first, 1), ...firstOf(last, 1)] : firstOf(first, length);
  return letters.join('').toLocaleUpperCase();
}

function firstOf(word: string, length: number): string[] {
  return Array.from(word).slice(0, length);
}

/** The same name has the same tint everywhere. */
function toneOf(name: string): string {
  let hash = 2166136261;
  for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16777619);
  return tones[(hash >>> 8) % tones.length] ?? 'vio';
}

function isNothing(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === '' ||
    value === false ||
    (Array.isArray(value) && value.length === 0)
  );
}

const tones = ['vio', 'info', 'ok', 'warn'] as const;
const iconsByTone: Readonly<Record<string, string>> = {
  ok: 'circle-check',
  warn: 'alert-triangle',
  bad: 'alert-circle',
};
