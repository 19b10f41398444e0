/** Pairs looked at before the answer is clear. */
const enoughPairs = 20_000;

/**
 * Tells GB18030 from Windows-1252 by how bytes beyond ASCII stand: Chinese characters in use are pairs of two such bytes, accented
 * letters stand alone between letters of ASCII.
 */
export class ChineseStatistics {
  #pairs = 0;
  #usual = 0;
  #invalid = 0;
  #lead = 0;
  /** Digits of a character of four bytes: 2 behind its second byte. */
  #place = 0;

  /** @returns whether more bytes would help */
  add(bytes: Buffer): boolean {
    for (const byte of bytes) this.#take(byte);
    return this.#pairs < enoughPairs;
  }

  /** Whether nearly all bytes beyond ASCII are characters of Chinese, most of them in the range of those in use. */
  get isChinese(): boolean {
    return this.#pairs > 0 && this.#invalid * 50 <= this.#pairs && this.#usual * 10 >= this.#pairs * 8;
  }

  #take(byte: number): void {
    if (this.#lead === 0) {
      if (byte >= 0x81 && byte <= 0xfe) this.#lead = byte;
      else if (byte >= 0x80) this.#invalid += 1;
      return;
    }
    if (this.#place > 0) this.#takeOfFour(byte);
    else if (byte >= 0x30 && byte <= 0x39) this.#place = 2;
    else this.#end(byte);
  }

  #takeOfFour(byte: number): void {
    const isRight = this.#place === 2 ? byte >= 0x81 && byte <= 0xfe : byte >= 0x30 && byte <= 0x39;
    if (isRight && this.#place === 2) this.#place = 3;
    else {
      this.#pairs += 1;
      if (isRight) this.#usual += 1;
      else this.#invalid += 1;
      this.#lead = this.#place = 0;
    }
  }

  #end(byte: number): void {
    const isPair = byte >= 0x40 && byte <= 0xfe && byte !== 0x7f;
    this.#pairs += 1;
    if (!isPair) this.#invalid += 1;
    else if (isUsual(this.#lead, byte)) this.#usual += 1;
    this.#lead = 0;
  }
}

/** Characters and punctuation of GB 2312: both bytes from A1. */
function isUsual(lead: number, trail: number): boolean {
  const isPunctuation = lead >= 0xa1 && lead <= 0xa3;
  return trail >= 0xa1 && (isPunctuation || (lead >= 0xb0 && lead <= 0xf7));
}
