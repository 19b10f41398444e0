/** So much per second in the long run, and so much at once after a rest. */
export interface BucketSize {
  readonly perSecond: number;
  readonly burst: number;
}

/** A measure of how much somebody may still do; fills up by itself. */
export class TokenBucket {
  readonly #size: BucketSize;
  readonly #now: () => number;
  #tokens: number;
  #filledAt: number;

  /** @param now milliseconds of a clock that never goes back */
  constructor(size: BucketSize, now: () => number = () => performance.now()) {
    this.#size = size;
    this.#now = now;
    this.#tokens = size.burst;
    this.#filledAt = now();
  }

  /** Takes tokens out when there are enough. @returns whether there were */
  take(tokens = 1): boolean {
    const now = this.#now();
    const { perSecond, burst } = this.#size;
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#filledAt) / 1000) * perSecond);
    this.#filledAt = now;
    if (this.#tokens < tokens) return false;
    this.#tokens -= tokens;
    return true;
  }

  /** Takes tokens out that were used already; when there were fewer, it takes longer until there are any again. */
  drain(tokens: number): void {
    this.#tokens = Math.max(-this.#size.burst, this.#tokens - tokens);
  }
}
