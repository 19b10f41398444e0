/** One request of a job. */
export interface LoadRequest {
  readonly method: 'GET' | 'POST';
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Requests that one server is asked, over and over. */
export interface Workload {
  readonly port: number;
  readonly requests: readonly LoadRequest[];
}

/** How hard, and how long. */
export interface Effort {
  readonly connections: number;
  readonly durationMs: number;
}

/** What a round reached. */
export interface Round {
  readonly answers: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** Answers that were not 2xx; a round with any of them proves nothing. */
  readonly failed: number;
  /** Status and text of the first of those. */
  readonly failure: string | null;
  /** Mean size of an answer's body. */
  readonly bytes: number;
}

/** What the process of the load generator is told. */
export type LoadOrder =
  | { readonly type: 'workload'; readonly id: number; readonly workload: Workload }
  | { readonly type: 'round'; readonly id: number; readonly effort: Effort };
