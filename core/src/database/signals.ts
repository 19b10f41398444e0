import type pg from 'pg';
import type { BaseLogger } from 'pino';
import type { InjectionToken } from 'tsyringe';

/** Notifications of other processes: one LISTEN connection per workspace and process, shared by all who listen. */
export interface Signals {
  /** Hears what is sent to `channel` from now on. @returns how to stop */
  on(channel: string, hear: (payload: string) => void): () => void;
  /** Called whenever the connection is (back) there: signals may have been missed before, so look again. */
  onConnected(act: () => void): void;
  /** While false nothing is heard: caches that signals keep fresh must not be trusted. */
  readonly isConnected: boolean;
  close(): Promise<void>;
}

/** The workspace's signals in this process. */
export const Signals: InjectionToken<Signals> = Symbol('Signals');

const retryMs = 1000;

/** Opens the connection in the background and again whenever it is lost. */
export function openSignals(connect: () => Promise<pg.Client>, log: BaseLogger): Signals {
  return new SharedSignals(connect, log);
}

class SharedSignals implements Signals {
  readonly #connect: () => Promise<pg.Client>;
  readonly #log: BaseLogger;
  readonly #channels = new Map<string, Set<(payload: string) => void>>();
  readonly #connectedActs: (() => void)[] = [];
  #client: pg.Client | undefined;
  #isReady = false;
  #asked: Promise<unknown> = Promise.resolve();
  #connecting: Promise<void>;
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(connect: () => Promise<pg.Client>, log: BaseLogger) {
    this.#connect = connect;
    this.#log = log;
    this.#connecting = this.#open();
  }

  get isConnected(): boolean {
    return this.#isReady;
  }

  on(channel: string, hear: (payload: string) => void): () => void {
    const listeners = this.#channels.get(channel) ?? new Set();
    if (listeners.size === 0) {
      this.#channels.set(channel, listeners);
      if (this.#client !== undefined) this.#listen(this.#client, channel);
    }
    listeners.add(hear);
    return () => listeners.delete(hear);
  }

  onConnected(act: () => void): void {
    this.#connectedActs.push(act);
    if (this.isConnected) act();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    await this.#connecting;
    await this.#client?.end().catch(() => undefined);
  }

  async #open(): Promise<void> {
    try {
      const client = await this.#connect();
      client.on('notification', ({ channel, payload }) => this.#hear(channel, payload ?? ''));
      client.once('end', () => this.#lost());
      this.#client = client;
      for (const channel of this.#channels.keys()) await this.#ask(client, channel);
      this.#isReady = true;
      for (const act of this.#connectedActs) act();
    } catch (error) {
      this.#log.debug({ err: error }, 'signals: no connection yet');
      // A connection that is there but could not listen ends, which brings the next try.
      if (this.#client === undefined) this.#retryLater();
      else void this.#client.end().catch(() => undefined);
    }
  }

  #listen(client: pg.Client, channel: string): void {
    this.#ask(client, channel).catch((error: unknown) => this.#log.debug({ err: error }, 'signals: LISTEN failed'));
  }

  /** One statement after the other, whoever asks: a connection takes one at a time. */
  #ask(client: pg.Client, channel: string): Promise<unknown> {
    const asked = this.#asked.then(() => client.query(listenTo(channel)));
    this.#asked = asked.catch(() => undefined);
    return asked;
  }

  #hear(channel: string, payload: string): void {
    for (const hear of this.#channels.get(channel) ?? []) hear(payload);
  }

  #lost(): void {
    this.#client = undefined;
    this.#isReady = false;
    if (!this.#isClosed) this.#retryLater();
  }

  #retryLater(): void {
    if (this.#isClosed) return;
    this.#retry = setTimeout(() => {
      this.#connecting = this.#open();
    }, retryMs).unref();
  }
}

/** Channels are constants of core; quoted because LISTEN takes a name, not a value. */
function listenTo(channel: string): string {
  return `listen "${channel.replaceAll('"', '""')}"`;
}
