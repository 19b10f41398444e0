import type { Id } from '@trellis-crm/sdk';

/** A signed-in browser. The cookie holds a random token, the database its hash. */
export interface Session {
  readonly id: Id;
  readonly userId: Id;
  /** Goes into forms as `_csrf` and into requests as `X-CSRF-Token`. */
  readonly csrfToken: string;
}
