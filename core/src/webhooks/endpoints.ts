import type { Endpoint } from '../http/endpoint.js';
import type { Workspace } from '../workspace/workspace.js';
import { messageEndpoints } from './message-endpoints.js';
import { settingEndpoints } from './webhook-endpoints.js';

/** Everything about webhooks under `/api/v1/webhooks`. */
export function webhookEndpoints(workspace: Workspace): readonly Endpoint[] {
  return [...settingEndpoints(workspace), ...messageEndpoints(workspace)];
}
