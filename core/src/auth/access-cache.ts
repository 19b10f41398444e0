import type { Clock } from '@trellis-crm/sdk';
import type { Signals } from '../database/signals.js';

/** Channel on which the database tells that somebody's access changed. */
export const accessChannel = 'trellis_auth';

const lifetimeMs = 10_000;
const maxEntries = 10_000;

/**
 * Keeps answers about access (or what another channel tells of) for at most 10 s and drops all of them when the database tells of a change. While nothing
 * can be heard nothing is kept: then every request asks.
 */
export class AccessCache<K, V> {
  readonly #entries = new Map<K, Entry<V>>();

  constructor(
    private readonly clock: Clock,
    private readonly signals: Pick<Signals, 'on' | 'onConnected' | 'isConnected'>,
    channel = accessChannel,
  ) {
    signals.on(channel, () => this.clear());
    signals.onConnected(() => this.clear());
  }

  /** The kept answer, or a new one; a kept one comes without waiting. Failures are not kept. */
  get(key: K, ask: () => Promise<V>): V | Promise<V> {
    const now = this.clock.now().getTime();
    const known = this.#entries.get(key);
    if (known !== undefined && known.until > now && this.signals.isConnected)
      return known.settled?.value ?? known.value;
    const value = ask();
    if (this.signals.isConnected) this.#keep(key, value, now);
    return value;
  }

  /** Forgets everything; after a change of one's own, without waiting for the signal. */
  clear(): void {
    this.#entries.clear();
  }

  #keep(key: K, value: Promise<V>, now: number): void {
    if (this.#entries.size >= maxEntries) this.clear();
    const entry: Entry<V> = { value, until: now + lifetimeMs };
    this.#entries.set(key, entry);
    value.then(
      (settled) => (entry.settled = { value: settled }),
      () => {
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
      },
    );
  }
}

interface Entry<V> {
  readonly value: Promise<V>;
  readonly until: number;
  /** Set once the answer is there. */
  settled?: { readonly value: V };
}
