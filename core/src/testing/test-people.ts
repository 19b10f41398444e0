import { Team, User, type Id, type RolePreset } from '@trellis-crm/sdk';
import type { TestUser } from '@trellis-crm/sdk/testing';
import { operatorIdentity } from '../auth/index.js';
import type { OpenWorkspace } from '../composition/open-workspace.js';

/** The users every host has, one per preset, in the team `Test team`. */
export interface TestPeople {
  readonly admin: TestUser;
  readonly manager: TestUser;
  readonly user: TestUser;
  readonly readOnly: TestUser;
}

/** Creates the team and its people; run once per template. */
export async function createTestPeople(workspace: OpenWorkspace): Promise<void> {
  const team = await createTeam(workspace, { name: 'Test team' });
  await createUser(workspace, { name: 'Ada Admin', role: 'admin', teamId: team.id });
  await createUser(workspace, { name: 'Uma User', role: 'user', teamId: team.id });
  await createUser(workspace, { name: 'Rae Reader', role: 'read-only', teamId: team.id });
  const manager = await createUser(workspace, { name: 'Mia Manager', role: 'manager', teamId: team.id });
  await asOperator(workspace)
    .records(Team)
    .update(team.id, { managers: [{ user: manager.userId }] });
}

/** The people of a cloned template, by their role. */
export async function findTestPeople(workspace: OpenWorkspace): Promise<TestPeople> {
  const users = await asOperator(workspace).query(User).where({ status: 'active' }).limit(10);
  const byRole = (role: RolePreset): TestUser => {
    const found = users.find((user) => user.role === role);
    if (found === undefined) throw new Error(`the template has no ${role}`);
    return { userId: found.id, name: found.name, email: found.email ?? '', role, teamId: found.team };
  };
  return { admin: byRole('admin'), manager: byRole('manager'), user: byRole('user'), readOnly: byRole('read-only') };
}

/** A user who may sign in. */
export async function createUser(
  workspace: OpenWorkspace,
  { name = 'Somebody', role = 'user', teamId = null }: { name?: string; role?: RolePreset; teamId?: Id | null },
): Promise<TestUser> {
  const ctx = asOperator(workspace);
  ctx.authorize('core.user:administer');
  const email = `${name.toLowerCase().replaceAll(' ', '.')}.${crypto.randomUUID().slice(0, 8)}@example.com`;
  const input = { name, email, role, status: 'active', team: teamId } as const;
  const user = await ctx.elevated().records(User).create(input);
  return { userId: user.id, name, email, role, teamId };
}

/** A team, below no other unless told. */
export function createTeam(
  workspace: OpenWorkspace,
  { name = 'A team', parent = null, managers = [] }: { name?: string; parent?: Id | null; managers?: readonly Id[] },
): Promise<{ readonly id: Id }> {
  const input = { name, parent, managers: managers.map((user) => ({ user })) };
  return asOperator(workspace).records(Team).create(input);
}

function asOperator(workspace: OpenWorkspace) {
  const generation = workspace.generation();
  const identity = operatorIdentity(workspace.info());
  return workspace.context({ generation, module: 'core', identity, signal: new AbortController().signal });
}
