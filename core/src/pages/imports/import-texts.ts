import type { TrellisError } from '@trellis-crm/sdk';
import type { PageCall } from '../page-call.js';

/** Why a file was refused as a whole, in the reader's language where the catalogue knows its code. */
export function refusalText(call: PageCall, { code, message, details, errors }: TrellisError): string {
  return textOr(call, `imports.refusal.${code}`, details, errors[0]?.message ?? message);
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
