import { changedActivity, holding, open, signedIn } from './makers.js';
import type { Row } from './row.js';

const activityForm = (...answers: readonly number[]): Row => {
  return { kind: 'form', entity: 'core.activity', right: 'core.activity:update', answers };
};

/** The calendar and my day. */
export const dayRows: Readonly<Record<string, Row>> = {
  // Opened by a secret of its own; nobody guesses one.
  'GET /calendar/:file': open([404]),
  'GET /api/v1/me/calendar-feed': signedIn([200]),
  'POST /api/v1/me/calendar-feed': signedIn([201], 'session'),
  'DELETE /api/v1/me/calendar-feed': signedIn([204], 'session'),
  'POST /me/calendar-feed': signedIn([200], 'session'),
  'POST /me/calendar-feed/removal': signedIn([303], 'session'),
  'GET /calendar': holding('core.activity:read', 200),
  // My day: what one owns, as far as one may read it.
  'GET /day': holding('core.activity:read', 200),
  'POST /day': holding('core.activity:create', 422),
  'POST /day/:id/completion': changedActivity(303),
  'GET /day/:id/snooze': activityForm(200),
  'POST /day/:id/snooze': changedActivity(303, 422),
  'GET /day/:id/plan': activityForm(200),
  'POST /day/:id/plan': changedActivity(303, 422),
  'POST /day/:id/reversal': changedActivity(303),
};
