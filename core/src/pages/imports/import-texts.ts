import type { TrellisError } from '@trellis-crm/sdk';
import { refusalText } from '../form/problem-text.js';
import type { PageCall } from '../page-call.js';

/** Why a file was refused as a whole, in the reader's language where the catalogue knows its code. */
export function fileRefusalText(call: PageCall, error: TrellisError): string {
  return textOr(call, `imports.refusal.${error.code}`, error.details, refusalText(call, error));
}

/** A text of the catalogue; what the server says where there is none. */
export function textOr(
  { t, env, request }: PageCall,
  key: string,
  values: Readonly<Record<string, unknown>>,
  otherwise: string,
): string {
  return request.generation.views.hasText(env, 'core', key) ? t(key, values) : otherwise;
}
