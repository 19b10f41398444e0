import { randomUUID } from 'node:crypto';
import type { Id } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { FingerprintTable, fingerprintOf } from '../fingerprint-table.js';
import { valueAt } from '../mapping/value-at.js';
import type { RecordJson } from './import-ports.js';

/** What a set of rows would write, in a dry run; it counts once the set has gone through. */
export interface PlannedSet {
  /** Whether a record is only planned. */
  has(id: Id): boolean;
  /** The record of a key in the source. */
  findKey(entity: string, key: string): Id | undefined;
  /** The planned record with a value. */
  findValue(entity: CompiledEntity, path: string, value: unknown): Id | undefined;
  /** Plans a record. */
  add(entity: CompiledEntity, input: RecordJson): Id;
  /** Plans a key of a record, be it planned or there already. */
  link(entity: string, key: string, id: Id): void;
}

/**
 * What a dry run would have written so far: later rows may refer to it. Lives in memory, for one run, so it keeps no more than what
 * rows can ask for, and no texts: 36 bytes at most for each key and each value that records are looked up by.
 */
export class PlannedRecords {
  readonly #ids = new FingerprintTable(4);
  /** Planned ids begin with the same 74 random bits and go on with their number, so they need not be kept to be known. */
  readonly #beginning = randomUUID().slice(0, 24);
  #planned = 0;

  /** @param isNamed whether rows of the file may name records of an entity by their title */
  constructor(private readonly isNamed: (entity: string) => boolean = () => true) {}

  /** What the next set plans, on top of what earlier ones did. */
  openSet(): PlannedSet & { absorb(): void } {
    const own = new Map<string, Id>();
    const find = (place: string): Id | undefined => own.get(place) ?? this.#find(place);
    return {
      has: (id) => id.startsWith(this.#beginning),
      findKey: (entity, key) => find(keyPlace(entity, key)),
      findValue: (entity, path, value) => find(valuePlace(entity, path, value)),
      add: (entity, input) => {
        const id = this.#nextId();
        for (const path of this.#lookedUpBy(entity))
          for (const value of valueAt(input, path)) own.set(valuePlace(entity, path, value), id);
        return id;
      },
      link: (entity, key, id) => own.set(keyPlace(entity, key), id),
      absorb: () => {
        for (const [place, id] of own) this.#ids.set(fingerprintOf(place), wordsOf(id));
      },
    };
  }

  #find(place: string): Id | undefined {
    const words = this.#ids.find(fingerprintOf(place));
    return words === undefined ? undefined : idOf(words);
  }

  #nextId(): Id {
    this.#planned += 1;
    return `${this.#beginning}${this.#planned.toString(16).padStart(12, '0')}`;
  }

  #lookedUpBy({ definition }: CompiledEntity): ReadonlySet<string> {
    return new Set([...(this.isNamed(definition.id) ? [definition.title] : []), ...uniqueFields(definition.fields)]);
  }
}

/** Fields whose values no two records may share. */
export function uniqueFields(fields: CompiledEntity['definition']['fields']): readonly string[] {
  return Object.keys(fields).filter((name) => fields[name]?.unique === true);
}

function keyPlace(entity: string, key: string): string {
  return `${entity} #${key}`;
}

function valuePlace(entity: CompiledEntity, path: string, value: unknown): string {
  return `${entity.definition.id} ${path}=${String(value)}`;
}

function wordsOf(id: Id): readonly number[] {
  const hex = id.replaceAll('-', '');
  return [0, 8, 16, 24].map((at) => Number.parseInt(hex.slice(at, at + 8), 16));
}

function idOf(words: Uint32Array): Id {
  const hex = Array.from(words, (word) => word.toString(16).padStart(8, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
