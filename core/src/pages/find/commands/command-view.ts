import type { PermissionKey } from '@trellis-crm/sdk';
import { foldText } from '../../../records/search/fold-text.js';

/** Something that can be chosen: a page to go to, a form without fields to send, or the switch between light and dark. */
export interface CommandView {
  readonly label: string;
  /** What is found of it; the label unless told. */
  readonly words?: string;
  readonly icon: string;
  readonly href?: string;
  /** Taken by POST. */
  readonly action?: string;
  /** What is sent with it. */
  readonly value?: { readonly name: string; readonly value: string };
  readonly isTheme?: boolean;
  /** Shown in place of the page one is on. */
  readonly isDialog?: boolean;
  /** Single keys that do the same, as people press them: `g a`. */
  readonly shortcut?: string;
}

/** A verb of an entity, as a right. */
export type RightOf = (verb: string) => PermissionKey;

/** The commands whose label has a word for each word typed, those that begin like it first; all of them when nothing is typed. */
export function matching(commands: readonly CommandView[], q: string): readonly CommandView[] {
  const wanted = foldText(q)
    .split(/\s+/)
    .filter((word) => word !== '');
  if (wanted.length === 0) return commands;
  const ranked = commands.flatMap((command) => {
    const label = foldText(command.words ?? command.label);
    const isFound = wanted.every(
      (word) => wordsOf(label).some((part) => part.startsWith(word)) || isInside(label, word),
    );
    return isFound ? { command, rank: label.startsWith(wanted.join(' ')) ? 0 : 1 } : [];
  });
  return ranked.toSorted((left, right) => left.rank - right.rank).map(({ command }) => command);
}

function wordsOf(label: string): readonly string[] {
  return label.split(/[^\p{L}\p{N}]+/u);
}

/** Scripts without blanks have no beginnings of words. */
function isInside(label: string, word: string): boolean {
  return /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/u.test(word) && label.includes(word);
}
