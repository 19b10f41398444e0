import { defineRoutes, route, Uuid } from '@trellis-crm/sdk';
import { readOutcome } from './deal.outcome.js';
import { ClosureSchema, OutcomeSchema, StageChangeSchema } from './deal.schemas.js';
import { closeDeal, moveDeal, reopenDeal } from './deal.service.js';

const params = { dealId: Uuid };

/** What can be done to deals beyond the derived routes. */
export const dealRoutes = defineRoutes({
  'GET /deals/outcome': route({
    access: 'sales.deal:read',
    summary: 'Won and lost deals in numbers',
    answer: OutcomeSchema,
    handle: (ctx) => readOutcome(ctx),
  }),
  'POST /deals/:dealId/closure': route({
    access: 'sales.deal:close',
    summary: 'Close a deal as won or lost',
    params,
    body: ClosureSchema,
    handle: (ctx, request) => closeDeal(ctx, request.params.dealId, request.body),
  }),
  'DELETE /deals/:dealId/closure': route({
    access: 'sales.deal:close',
    summary: 'Reopen a closed deal',
    params,
    handle: (ctx, request) => reopenDeal(ctx, request.params.dealId),
  }),
  'PUT /deals/:dealId/stage': route({
    access: 'sales.deal:update',
    summary: 'Move a deal to another stage',
    params,
    body: StageChangeSchema,
    handle: (ctx, request) => moveDeal(ctx, request.params.dealId, request.body.stage),
  }),
});
