import { Uuid } from '@trellis-crm/sdk';
import type { Endpoint } from '../../http/endpoint.js';
import type { PageDeps } from '../page-call.js';
import { pageEndpoint } from '../page-endpoint.js';
import { completeTask, snoozeTask, takeBack } from './day-actions.js';
import { showDay } from './day-list.js';
import { showPlan, takePlan } from './plan-page.js';
import { quickAdd } from './quick-add.js';
import { showSnooze } from './snooze-page.js';

/** My day: what I own and have to do; look, add, do, put off, and take that back. */
export function dayPages(deps: PageDeps): readonly Endpoint[] {
  const params = { id: Uuid };
  const reading = { access: 'core.activity:read' } as const;
  const changing = { access: 'core.activity:update', params } as const;
  return [
    pageEndpoint(deps, 'GET /day', { ...reading, handle: (call) => showDay(call) }),
    pageEndpoint(deps, 'POST /day', { access: 'core.activity:create', handle: quickAdd }),
    pageEndpoint(deps, 'POST /day/:id/completion', { ...changing, handle: completeTask }),
    pageEndpoint(deps, 'GET /day/:id/snooze', { ...changing, handle: (call) => showSnooze(call) }),
    pageEndpoint(deps, 'POST /day/:id/snooze', { ...changing, handle: snoozeTask }),
    pageEndpoint(deps, 'GET /day/:id/plan', { ...changing, handle: showPlan }),
    pageEndpoint(deps, 'POST /day/:id/plan', { ...changing, handle: takePlan }),
    pageEndpoint(deps, 'POST /day/:id/reversal', { ...changing, handle: takeBack }),
  ];
}
