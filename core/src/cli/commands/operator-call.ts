import { NotFoundError, type Id } from '@trellis-crm/sdk';
import type { OpenWorkspace } from '../../composition/open-workspace.js';
import type { AccessCall } from '../../users/index.js';

/** The operator of the command line as the one who orders a change of access. */
export async function operatorCall(workspace: OpenWorkspace): Promise<AccessCall> {
  const { operatorIdentity } = await import('../../auth/index.js');
  const identity = operatorIdentity(workspace.info());
  return { generation: workspace.generation(), identity, signal: new AbortController().signal };
}

/** A user by e-mail address or id. @throws NotFoundError `user_not_found` */
export async function findUserId(workspace: OpenWorkspace, emailOrId: string): Promise<Id> {
  const { UserAccess } = await import('../../users/index.js');
  const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(emailOrId);
  const found = isId ? emailOrId.toLowerCase() : await workspace.container.resolve(UserAccess).findByEmail(emailOrId);
  if (found !== null) return found;
  throw new NotFoundError(
    'user_not_found',
    {},
    { message: `There is no user ${emailOrId}; \`trellis user list\` shows them` },
  );
}
