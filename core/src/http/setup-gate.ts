import { UnavailableError } from '@trellis-crm/sdk';
import { isApi, type Exchange, type Step } from './request-state.js';

/** Knows whether the workspace has its first admin. */
export interface SetupGate {
  /** Once true it stays true. */
  isSetUp(): Promise<boolean>;
}

/** While no admin exists every page leads to `/setup`, and the API says why it cannot serve. */
export function requireSetup(gate: SetupGate): Step {
  return async (ctx) => ctx.path !== '/setup' && !(await gate.isSetUp()) && sendToSetup(ctx);
}

function sendToSetup(ctx: Exchange): true {
  if (isApi(ctx)) throw new UnavailableError('setup_required', { retryAfterSeconds: 60 });
  ctx.status = 303;
  ctx.set('Location', '/setup');
  ctx.body = '';
  return true;
}
