import { UnavailableError } from '@trellis-crm/sdk';
import { isApi, type Step } from './request-state.js';

/** Knows whether the workspace has its first admin. */
export interface SetupGate {
  /** Once true it stays true. */
  isSetUp(): Promise<boolean>;
}

/** While no admin exists every page leads to `/setup`, and the API says why it cannot serve. */
export function requireSetup(gate: SetupGate): Step {
  return async (ctx, next) => {
    if (ctx.path === '/setup' || (await gate.isSetUp())) await next();
    else if (isApi(ctx)) throw new UnavailableError('setup_required', { retryAfterSeconds: 60 });
    else {
      ctx.redirect('/setup');
      ctx.status = 303;
    }
  };
}
