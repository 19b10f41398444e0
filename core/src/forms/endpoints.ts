import type { Endpoint } from '../http/endpoint.js';
import type { Workspace } from '../workspace/workspace.js';
import { formEndpoints } from './form-endpoints.js';
import { publicFormPages } from './public-form.js';
import { submissionEndpoints } from './submission-endpoints.js';

/** Web forms under `/api/v1/forms`, and their pages for anybody under `/f`. */
export function formRoomEndpoints(workspace: Workspace): readonly Endpoint[] {
  return [...formEndpoints(workspace), ...submissionEndpoints(workspace), ...publicFormPages(workspace)];
}
