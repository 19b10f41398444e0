import { createHash } from 'node:crypto';
import type { RecordDraft } from './row-draft.js';
import { valueAt } from './value-at.js';

/** What the ledger knows about the key of a draft. */
export type LedgerEntry = { readonly kind: 'new' } | { readonly kind: 'same' | 'other'; readonly line: number };

/** Keys of the rows so far, so that a file may name a record twice but not contradict itself. */
export class KeyLedger {
  private readonly seen = new Map<string, { readonly line: number; readonly digest: string }>();

  /** Notes the draft's key; drafts without a key are always new. */
  enter(draft: RecordDraft): LedgerEntry {
    const key = keyOf(draft);
    if (key === null) return { kind: 'new' };
    const digest = digestOf(draft.values);
    const earlier = this.seen.get(key);
    if (earlier === undefined) {
      this.seen.set(key, { line: draft.line, digest });
      return { kind: 'new' };
    }
    // The same row again is one that is tried anew, after its set failed.
    if (earlier.line === draft.line) return { kind: 'new' };
    return { kind: earlier.digest === digest ? 'same' : 'other', line: earlier.line };
  }
}

function keyOf({ record, externalId, values }: RecordDraft): string | null {
  if (externalId !== null) return externalId === '' ? null : `${record.index}:${externalId}`;
  if (record.matchField === null) return null;
  const [value] = valueAt(values, record.matchField);
  return value === undefined ? null : `${record.index}:${JSON.stringify(value)}`;
}

function digestOf(values: object): string {
  return createHash('sha1').update(JSON.stringify(values)).digest('base64');
}
