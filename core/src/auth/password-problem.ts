import type { EndpointRequest } from '../http/endpoint.js';
import { viewEnvOf } from '../http/view-env.js';
import type { Workspace } from '../workspace/workspace.js';
import { minPasswordLength } from './password-rules.js';

/** Says in the reader's language what is wrong with a new password. @param code of the problem `checkNewPassword` reports */
export function passwordProblemText(workspace: Workspace, request: EndpointRequest, code: string): string {
  const env = viewEnvOf(workspace, { identity: request.identity, csrfToken: '', theme: undefined, url: '' });
  const key = `auth.passwordProblem.${code}`;
  return request.generation.views.translate(env, 'core', key, { count: minPasswordLength });
}
