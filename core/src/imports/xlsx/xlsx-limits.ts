import type { ValidationError } from '@trellis-crm/sdk';
import { refuseFile } from '../file-refusal.js';

/** What a spreadsheet may unfold to. A bomb is a small file that unfolds beyond any of them. */
export const xlsxLimits = {
  /** Parts of the archive. */
  entries: 10_000,
  /** Bytes of one part, unpacked. */
  partBytes: 1024 * 1024 * 1024,
  /** Times that a part of more than `ratioFromBytes` may be larger than what it is packed in. */
  ratio: 200,
  ratioFromBytes: 8 * 1024 * 1024,
  /** Characters of all shared texts together: they are held in memory. */
  sharedChars: 48 * 1024 * 1024,
  /** Shared texts. */
  sharedCount: 4_000_000,
  /** Characters of a cell; Excel allows 32,767. */
  cellChars: 65_536,
  /** Sheets, relations, and formats of cells: all are held in memory. Excel has 65,490 formats. */
  listed: 70_000,
  /** Tags within each other. */
  depth: 100,
  /** Bytes of a part without a tag in between. */
  untaggedBytes: 1024 * 1024,
  rows: 1_048_576,
  columns: 16_384,
} as const;

/** The refusal of what unfolds beyond the limits. */
export function tooLarge(): ValidationError {
  const message =
    'Unpacked, this spreadsheet is far larger than its file: it is not read. Save the sheet that matters as CSV or in parts.';
  return refuseFile('spreadsheet_too_large', message);
}

/** The refusal of what is no spreadsheet, or a damaged one. */
export function broken(what: string): ValidationError {
  return refuseFile(
    'broken_spreadsheet',
    `The spreadsheet cannot be read: ${what}. Open it and save it anew, or as CSV.`,
    {
      what,
    },
  );
}
