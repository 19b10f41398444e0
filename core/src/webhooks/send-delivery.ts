import { isTrellisError, type Clock } from '@trellis-crm/sdk';
import type { Outbound, OutboundResponse } from '../outbound/index.js';
import type { SecretBox } from '../secrets/index.js';
import type { ClaimedDelivery } from './delivery-queue.js';
import { retryAfterMs } from './retries.js';
import { signatureHeaders } from './signature.js';
import type { TriedDelivery } from './tries.js';
import type { WebhookSecrets } from './webhook.js';

/** What sending needs. */
export interface SendingParts {
  readonly clock: Clock;
  readonly secrets: SecretBox;
  readonly outbound: Outbound;
}

/** Bytes of an answer that the log keeps. */
const answerBytes = 4096;

/** Sends one message once; whatever goes wrong is a result. */
export async function sendDelivery(parts: SendingParts, delivery: ClaimedDelivery): Promise<TriedDelivery> {
  const at = parts.clock.now();
  const startedAt = performance.now();
  const took = (): number => Math.round(performance.now() - startedAt);
  const secrets = openSecrets(parts.secrets, delivery, at);
  if (secrets.length === 0) return failed(at, 'webhook_secret_unreadable', 0);
  try {
    return answered(at, await post(parts.outbound, delivery, { at, secrets }), took());
  } catch (error) {
    if (!isTrellisError(error)) throw error;
    return failed(at, error.code, took());
  }
}

function post(
  outbound: Outbound,
  { url, body, messageId }: ClaimedDelivery,
  { at, secrets }: { readonly at: Date; readonly secrets: readonly string[] },
): Promise<OutboundResponse> {
  return outbound.request({
    method: 'POST',
    url,
    body,
    headers: {
      'Content-Type': 'application/json',
      ...signatureHeaders({ id: messageId, body, at }, secrets),
    },
    maxBytes: answerBytes,
  });
}

/** The current secret first; none when this installation cannot read it, since a copy with another key must not sign. */
function openSecrets(box: SecretBox, { secret, formerSecret, formerUntil }: WebhookSecrets, at: Date): string[] {
  const current = box.open(secret);
  if (current === undefined) return [];
  const isOverlapping = formerSecret !== null && formerUntil !== null && formerUntil > at;
  const former = isOverlapping ? box.open(formerSecret) : undefined;
  return former === undefined ? [current] : [current, former];
}

function answered(at: Date, { status, headers, body }: OutboundResponse, durationMs: number): TriedDelivery {
  return {
    attempt: { at, status, error: null, durationMs, answer: toText(body) },
    isDelivered: status >= 200 && status < 300,
    askedMs: retryAfterMs(headers['retry-after']),
  };
}

function failed(at: Date, error: string, durationMs: number): TriedDelivery {
  return { attempt: { at, status: null, error, durationMs, answer: '' }, isDelivered: false, askedMs: 0 };
}

/** PostgreSQL takes no zero bytes. */
function toText(body: Buffer): string {
  return body.toString('utf8').replaceAll('\0', '�');
}
