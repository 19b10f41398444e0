import { hash } from 'node:crypto';

/** What the ledger needs of a draft. */
export interface LedgerDraft {
  readonly record: { readonly index: number };
  readonly line: number;
  readonly key: string | null;
  readonly values: object;
}

/** What the ledger knows about the key of a draft. */
export type LedgerEntry = { readonly kind: 'new' } | { readonly kind: 'same' | 'other'; readonly line: number };

/** Keys of the rows so far, so that a file may name a record twice but not contradict itself. */
export class KeyLedger {
  private readonly seen = new Map<string, { readonly line: number; readonly digest: string }>();

  /** Notes the draft's key; drafts without a key are always new. */
  enter({ record, key, line, values }: LedgerDraft): LedgerEntry {
    if (key === null) return { kind: 'new' };
    const place = `${record.index}:${key}`;
    const digest = hash('sha1', JSON.stringify(values), 'base64');
    const earlier = this.seen.get(place);
    if (earlier === undefined) this.seen.set(place, { line, digest });
    return earlier === undefined
      ? { kind: 'new' }
      : { kind: earlier.digest === digest ? 'same' : 'other', line: earlier.line };
  }
}
