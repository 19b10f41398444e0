/** Something of a workspace that a browser can watch: `<entity>`, `<entity>:<id>` or `job:<id>`. */
export type Topic = string;

/** Hands topics of what changed to whoever watches them in this process. In memory only: a missed change is seen at the next load. */
export class LiveHub {
  readonly #watchers = new Map<Topic, Set<(topic: Topic) => void>>();

  /** Watches from now on. @returns how to stop */
  watch(topics: Iterable<Topic>, hear: (topic: Topic) => void): () => void {
    const watched = [...topics];
    for (const topic of watched) this.#of(topic).add(hear);
    return () => {
      for (const topic of watched) this.#leave(topic, hear);
    };
  }

  /** Tells the watchers of each topic, and those of its entity. */
  publish(topics: readonly Topic[]): void {
    for (const topic of topics) {
      for (const hear of this.#watchers.get(topic) ?? []) hear(topic);
      const entity = entityOf(topic);
      if (entity !== topic) for (const hear of this.#watchers.get(entity) ?? []) hear(topic);
    }
  }

  /** Whether anybody watches anything here. */
  get isWatched(): boolean {
    return this.#watchers.size > 0;
  }

  #of(topic: Topic): Set<(topic: Topic) => void> {
    const watchers = this.#watchers.get(topic) ?? new Set();
    this.#watchers.set(topic, watchers);
    return watchers;
  }

  #leave(topic: Topic, hear: (topic: Topic) => void): void {
    const watchers = this.#watchers.get(topic);
    watchers?.delete(hear);
    if (watchers?.size === 0) this.#watchers.delete(topic);
  }
}

/** `core.account` of `core.account:<id>`. */
export function entityOf(topic: Topic): string {
  const colon = topic.indexOf(':');
  return colon === -1 ? topic : topic.slice(0, colon);
}
