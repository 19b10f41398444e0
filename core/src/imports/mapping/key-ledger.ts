import { FingerprintTable, fingerprintOf } from '../fingerprint-table.js';

/** What the ledger needs of a draft. */
export interface LedgerDraft {
  readonly record: { readonly index: number };
  readonly line: number;
  readonly key: string | null;
  readonly values: object;
}

/** What the ledger knows about the key of a draft. */
export type LedgerEntry = { readonly kind: 'new' } | { readonly kind: 'same' | 'other'; readonly line: number };

/** Keys of the rows so far, so that a file may name a record twice but not contradict itself. Each takes 28 bytes at most. */
export class KeyLedger {
  /** By key: line, and what the values are told apart by. */
  readonly #seen = new FingerprintTable(2);

  /** Notes the draft's key; drafts without a key are always new. */
  enter({ record, key, line, values }: LedgerDraft): LedgerEntry {
    if (key === null) return { kind: 'new' };
    const place = fingerprintOf(`${record.index}:${key}`);
    const [digest] = fingerprintOf(JSON.stringify(values));
    const earlier = this.#seen.find(place);
    if (earlier !== undefined) return { kind: earlier[1] === digest ? 'same' : 'other', line: earlier[0] ?? 0 };
    this.#seen.set(place, [line, digest]);
    return { kind: 'new' };
  }
}
