import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import type { Signals } from '../database/signals.js';
import type { LiveHub, Topic } from './live-hub.js';

/** Carries topics between the processes of a workspace, over LISTEN and NOTIFY. */
export class LiveChannel {
  readonly #hub: LiveHub;
  /** Tells own messages from those of others, which this process published itself already. */
  readonly #self = randomUUID();
  readonly #stop: () => void;

  constructor(hub: LiveHub, signals: Signals) {
    this.#hub = hub;
    this.#stop = signals.on(channelName, (payload) => this.#hear(payload));
  }

  /** Sends topics to other processes, when `connection` commits if it is a transaction. @returns how to publish them here, then */
  async send(connection: Knex, topics: readonly Topic[]): Promise<() => void> {
    for (const part of split(topics)) {
      await connection.raw('select pg_notify(?, ?)', [channelName, JSON.stringify([this.#self, ...part])]);
    }
    return () => this.#hub.publish(topics);
  }

  close(): void {
    this.#stop();
  }

  #hear(payload: string): void {
    const [sender, ...topics] = JSON.parse(payload) as string[];
    if (sender !== this.#self) this.#hub.publish(topics);
  }
}

const channelName = 'trellis_live';
/** PostgreSQL takes less than 8000 bytes; topics are ASCII. */
const maxPayload = 7900;

/** Parts that fit one notification each; a topic that would not fit by itself is left out. */
function split(topics: readonly Topic[]): readonly Topic[][] {
  const parts: Topic[][] = [];
  let size = maxPayload;
  for (const topic of new Set(topics)) {
    const length = Buffer.byteLength(topic) + 3;
    if (length > maxPayload / 2) continue;
    if (size + length > maxPayload) {
      parts.push([]);
      size = 50;
    }
    parts.at(-1)?.push(topic);
    size += length;
  }
  return parts;
}
