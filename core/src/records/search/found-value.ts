import { foldText } from './fold-text.js';
import type { SearchTerms } from './search-terms.js';

/** Texts of a search row. */
interface FoundTexts {
  readonly title: string | null;
  readonly text: string;
  readonly details: string | null;
}

/** The value of a record in which something was found that its title does not show; null when there is none among the short ones. */
export function foundValue({ title, text, details }: FoundTexts, { parts, folded }: SearchTerms): string | null {
  const wanted = parts.length > 0 ? parts : folded.split(' ');
  const foldedTitle = foldText(title ?? '');
  const missing = wanted.filter((part) => !foldedTitle.includes(part));
  const lines = text.split('\n').map((line) => line.slice(1));
  const others = lines[0] === foldedTitle ? lines.slice(1) : lines;
  const place = others.findIndex((line) => missing.some((part) => line.includes(part)));
  return details?.split('\n')[place] ?? others[place] ?? null;
}
