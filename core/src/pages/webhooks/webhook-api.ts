/** A webhook as the API answers it; `secret` only right after it was made. */
export interface ShownWebhook {
  readonly id: string;
  readonly version: number;
  readonly url: string;
  readonly description: string;
  readonly topics: readonly string[];
  readonly state: 'active' | 'paused' | 'disabled';
  readonly stateReason: 'person' | 'failing' | 'gone' | null;
  readonly waiting: number;
  readonly failed: number;
  readonly failingSince: string | null;
  readonly formerSecretUntil: string | null;
  readonly secret?: string;
}

/** One try as the API answers it. */
export interface ShownAttempt {
  readonly at: string;
  readonly status: number | null;
  readonly error: string | null;
  readonly durationMs: number;
  readonly answer: string;
}

/** A message as the API answers it. */
export interface ShownDelivery {
  readonly id: string;
  readonly messageId: string;
  readonly type: string;
  readonly state: 'waiting' | 'delivered' | 'failed' | 'dropped';
  readonly attempts: number;
  readonly nextAt: string | null;
  readonly createdAt: string;
  readonly last: ShownAttempt | null;
}

/** A message with its text and all tries. */
export interface ShownDeliveryDetail extends ShownDelivery {
  readonly body: string;
  readonly tries: readonly ShownAttempt[];
}

/** An event that a webhook can ask for. */
export interface ShownTopic {
  readonly topic: string;
  readonly entity: string | null;
}
