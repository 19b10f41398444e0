/** A request to the world outside. */
export interface OutboundRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** http or https. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Bytes of the answer that are read at most; 1 MiB unless told. */
  readonly maxBytes?: number;
  /** Milliseconds for everything, redirects included; 10 s unless told. */
  readonly timeoutMs?: number;
  /** Redirects that are followed at most; none unless told: then they are answers like others. */
  readonly maxRedirects?: number;
  readonly signal?: AbortSignal;
}

/** What came back, whatever its status. */
export interface OutboundResponse {
  readonly status: number;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** The answer was longer than `maxBytes`; the rest was not read. */
  readonly isCut: boolean;
}
