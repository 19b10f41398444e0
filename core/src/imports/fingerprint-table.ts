import { hash } from 'node:crypto';

/** 64 bits tell texts apart: that two of a million are taken for one happens once in 30 million such files. */
const keyWords = 2;

/** What a text is known by in its place. */
export type Fingerprint = readonly [number, number];

/** Entries of one piece: a table grows by pieces, so that nothing is copied. */
const pieceEntries = 16_384;

/**
 * What is known by texts, without the texts: a few numbers of 32 bits each. An entry of w of them takes 20 + 4w bytes at most, and
 * none of them is anything for the garbage collector to walk through, so that a file may have millions of keys.
 */
export class FingerprintTable {
  readonly #entryWords: number;
  readonly #pieces: Uint32Array[] = [];
  #count = 0;
  /** Numbers of entries, from 1, at the place of their fingerprint or the next that was free; 0 is free. */
  #places = new Uint32Array(1024);

  /** @param words of what is known by each text */
  constructor(words: number) {
    this.#entryWords = keyWords + words;
  }

  /** What is known by a text; undefined when it was not noted. */
  find(key: Fingerprint): Uint32Array | undefined {
    const entry = this.#places[this.#placeOf(key)] ?? 0;
    return entry === 0 ? undefined : this.#entry(entry - 1).subarray(keyWords);
  }

  /** Notes what is known by a text, in place of what was. */
  set(key: Fingerprint, words: readonly number[]): void {
    const place = this.#placeOf(key);
    const known = this.#places[place] ?? 0;
    if (known === 0) this.#add(place, key, words);
    else this.#entry(known - 1).set(words, keyWords);
  }

  #add(place: number, key: Fingerprint, words: readonly number[]): void {
    const at = this.#count;
    if (at % pieceEntries === 0) this.#pieces.push(new Uint32Array(pieceEntries * this.#entryWords));
    const entry = this.#entry(at);
    entry.set(key);
    entry.set(words, keyWords);
    this.#count += 1;
    this.#places[place] = this.#count;
    if (this.#count * 4 > this.#places.length * 3) this.#spread();
  }

  /** Where a fingerprint is noted, or is to be. */
  #placeOf([first, second]: Fingerprint): number {
    const mask = this.#places.length - 1;
    for (let place = first & mask; ; place = (place + 1) & mask) {
      const number = this.#places[place] ?? 0;
      if (number === 0) return place;
      const at = number - 1;
      if (this.#word(at, 0) === first && this.#word(at, 1) === second) return place;
    }
  }

  /** Twice as many places: with more than three quarters taken, looking for a free one takes long. */
  #spread(): void {
    const places = new Uint32Array(this.#places.length * 2);
    const mask = places.length - 1;
    for (let at = 0; at < this.#count; at += 1) {
      let place = this.#word(at, 0) & mask;
      while (places[place] !== 0) place = (place + 1) & mask;
      places[place] = at + 1;
    }
    this.#places = places;
  }

  #word(at: number, word: number): number {
    return this.#pieces[Math.floor(at / pieceEntries)]?.[(at % pieceEntries) * this.#entryWords + word] ?? 0;
  }

  #entry(at: number): Uint32Array {
    const start = (at % pieceEntries) * this.#entryWords;
    const piece = this.#pieces[Math.floor(at / pieceEntries)] ?? new Uint32Array();
    return piece.subarray(start, start + this.#entryWords);
  }
}

/** The fingerprint of a text. */
export function fingerprintOf(text: string): Fingerprint {
  const bytes = hash('sha1', text, 'buffer');
  return [bytes.readUInt32LE(0), bytes.readUInt32LE(4)];
}
