import { filesIn } from '../../records/files/file-fields.js';
import type { Formatters } from '../../views/formatters.js';
import type { ViewEnv } from '../../views/view-env.js';

/** One file as a link, with its size. */
interface FileEntry {
  readonly text: string;
  readonly href: string;
  readonly note: string;
  /** A browser has to fetch it itself. */
  readonly isDownload: true;
}

interface FilesShown {
  readonly kind: 'entries';
  readonly text: string;
  readonly entries: readonly FileEntry[];
}

interface FormatSources {
  readonly formatters: Formatters;
  readonly env: ViewEnv;
}

/** Who sees a record sees the files it holds. */
export function filesValue(value: unknown, { formatters, env }: FormatSources): FilesShown {
  const entries = filesIn(value).map(({ id, name, size }) => ({
    text: name,
    href: `/files/${id}`,
    isDownload: true as const,
    note: sizeText(size, (value, options) => formatters.number(env, value, options)),
  }));
  return { kind: 'entries', text: entries.map(({ text }) => text).join(', '), entries };
}

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** `1.4 MB` */
function sizeText(bytes: number, write: (value: number, options: Intl.NumberFormatOptions) => string): string {
  const place = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const digits = place < 2 ? 0 : 1;
  return write(bytes / 1000 ** place, {
    style: 'unit',
    unit: units[place] ?? 'byte',
    unitDisplay: place === 0 ? 'long' : 'short',
    maximumFractionDigits: digits,
  });
}

/** The first one stands for all; in a list it is no link, which would lead away from it. */
export function firstFile(value: unknown): { readonly text: string; readonly more: number } | null {
  const files = filesIn(value);
  const [first] = files;
  return first === undefined ? null : { text: first.name, more: files.length - 1 };
}
