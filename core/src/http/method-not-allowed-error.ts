import { TrellisError } from '@trellis-crm/sdk';
import type { Method } from './endpoint.js';

/** 405: the path exists, but not for this method. */
export class MethodNotAllowedError extends TrellisError {
  readonly kind = 'method-not-allowed';
  readonly status = 405;

  constructor(readonly allowed: readonly Method[]) {
    super('method_not_allowed', { allowed });
  }
}

/** Value of the `Allow` header. */
export function allowHeader(allowed: readonly Method[]): string {
  const methods: string[] = [...allowed];
  if (methods.includes('GET')) methods.push('HEAD');
  return [...methods, 'OPTIONS'].join(', ');
}
