import type { Id } from '@trellis-crm/sdk';
import type { SealedText } from '../secrets/index.js';

/**
 * `active` sends; `paused` collects and sends nothing until somebody resumes it; `disabled`, which its receiver asked for, does
 * neither.
 */
export type WebhookState = 'active' | 'paused' | 'disabled';

/** Why a webhook is not active: somebody paused it, nothing got through for long, or its receiver answered 410. */
export type StateReason = 'person' | 'failing' | 'gone';

/** An address that is told of events. */
export interface Webhook {
  readonly id: Id;
  readonly version: number;
  readonly url: string;
  readonly description: string;
  /** Events by name, `<entity>.*` or `*`. */
  readonly topics: readonly string[];
  readonly state: WebhookState;
  /** Null while active. */
  readonly stateReason: StateReason | null;
  /** Attempts that failed since the last one that succeeded. */
  readonly failures: number;
  /** The first of those; null when the last attempt succeeded. */
  readonly failingSince: Date | null;
  /** Until when messages are signed with the secret before the last rotation too. */
  readonly formerUntil: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The secrets of a webhook, as they are stored. */
export interface WebhookSecrets {
  readonly secret: SealedText;
  readonly formerSecret: SealedText | null;
  readonly formerUntil: Date | null;
}

/** What people decide about a webhook. */
export interface WebhookDraft {
  readonly url: string;
  readonly description: string;
  readonly topics: readonly string[];
}

/** A change of it; `state` resumes or pauses. */
export type WebhookPatch = Partial<WebhookDraft> & { readonly state?: 'active' | 'paused' };

/** State of a message on its way to a webhook. `failed` was given up, `dropped` is not wanted any more. */
export type DeliveryState = 'waiting' | 'delivered' | 'failed' | 'dropped';

/** One message to one webhook. */
export interface Delivery {
  readonly id: Id;
  /** Grows with time; key of the log's pages. */
  readonly number: string;
  readonly webhookId: Id;
  /** Same for every try and every webhook: the receiver's key against doubles. */
  readonly messageId: string;
  readonly type: string;
  /** Exactly what is sent. */
  readonly body: string;
  readonly state: DeliveryState;
  /** Since the start or the last replay. */
  readonly attempts: number;
  /** When it is tried next, while it waits. */
  readonly nextAt: Date;
  readonly createdAt: Date;
  /** Of the last try; null before the first. */
  readonly last: Attempt | null;
}

/** One try to deliver. */
export interface Attempt {
  readonly at: Date;
  /** HTTP status; null when there was no answer. */
  readonly status: number | null;
  /** Code of what went wrong without an answer: `outbound_timed_out` …; null with one. */
  readonly error: string | null;
  readonly durationMs: number;
  /** Beginning of what was answered, at most 4 KB. */
  readonly answer: string;
}
