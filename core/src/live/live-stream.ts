import { Readable } from 'node:stream';
import type { Topic } from './live-hub.js';

/** A proxy or browser that hears nothing for longer closes the connection. */
const beatMs = 25_000;
/** Changes are gathered for this long, each topic once, so that an import does not flood the browser. */
const gatherMs = 200;
/** The browser comes back by itself, and its rights are looked at anew. */
const lifetimeMs = 10 * 60_000;
/** A reader that does not keep up is dropped rather than buffered for. */
const maxBufferedBytes = 64 * 1024;

/** A stream of server-sent events: `data: {"topic":"core.account:<id>"}`. Holds timers and text only. */
export class LiveStream extends Readable {
  readonly #timers: readonly NodeJS.Timeout[];
  #gathered = new Set<Topic>();
  #flushTimer: NodeJS.Timeout | undefined;

  constructor() {
    super({ highWaterMark: maxBufferedBytes });
    this.#timers = [
      setInterval(() => this.#write(': beat\n\n'), beatMs).unref(),
      setTimeout(() => this.end(), lifetimeMs).unref(),
    ];
    // The first bytes open the stream for the browser; `retry` is its pause before it comes back.
    this.push('retry: 2000\n\n');
  }

  /** Tells the browser soon that a topic changed. */
  tell(topic: Topic): void {
    if (this.destroyed) return;
    this.#gathered.add(topic);
    this.#flushTimer ??= setTimeout(() => this.#flush(), gatherMs).unref();
  }

  /** Ends the stream in good order; the browser comes back. */
  end(): void {
    if (!this.destroyed && !this.readableEnded) this.push(null);
  }

  override _read(): void {
    // Pushed as it comes.
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    for (const timer of this.#timers) clearTimeout(timer);
    clearTimeout(this.#flushTimer);
    callback(error);
  }

  #flush(): void {
    this.#flushTimer = undefined;
    const topics = [...this.#gathered];
    this.#gathered = new Set();
    this.#write(topics.map((topic) => `data: ${JSON.stringify({ topic })}\n\n`).join(''));
  }

  #write(text: string): void {
    if (this.destroyed || this.readableEnded) return;
    if (!this.push(text)) this.destroy();
  }
}
