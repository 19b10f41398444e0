import { NotFoundError, User, type Id } from '@trellis-crm/sdk';
import { Command } from 'commander';
import type { OpenWorkspace } from '../../composition/open-workspace.js';
import type { UserAccess } from '../../users/index.js';
import type { CliContext } from '../cli-context.js';
import { findUserId, operatorCall } from './operator-call.js';

interface InviteOptions {
  readonly name?: string;
  readonly role: string;
}

/** `trellis user list|invite|reset|deactivate|reactivate|role`: who may sign in, and as what. */
export function userCommand(cli: CliContext): Command {
  const user = new Command('user').summary('users: invite, reset a password, deactivate, roles');
  user
    .command('list')
    .summary('list all users')
    .action(() => list(cli));
  user
    .command('invite')
    .summary('print a link with which somebody chooses a password')
    .argument('<user>', 'e-mail address or id')
    .option('--name <name>', 'add the user when there is none with this address')
    .option('--role <role>', 'role of an added user', 'user')
    .action((who: string, options: InviteOptions) => invite(cli, who, options));
  user
    .command('reset')
    .summary('print a link that sets a forgotten password anew; works once, for 30 minutes')
    .argument('<user>', 'e-mail address or id')
    .action((who: string) => reset(cli, who));
  addStateCommands(user, cli);
  return user;
}

function addStateCommands(user: Command, cli: CliContext): void {
  user
    .command('deactivate')
    .summary('end all access of a user and hand over what they own')
    .argument('<user>', 'e-mail address or id')
    .option('--reassign-to <user>', 'who gets it')
    .action((who: string, { reassignTo }: { reassignTo?: string }) => deactivate(cli, who, reassignTo));
  user
    .command('reactivate')
    .summary('let a deactivated user sign in again')
    .argument('<user>', 'e-mail address or id')
    .action((who: string) => reactivate(cli, who));
  user
    .command('role')
    .summary('give a user another role')
    .argument('<user>', 'e-mail address or id')
    .argument('<role>', 'admin, manager, user, read-only, or one of your own')
    .action((who: string, role: string) => changeRole(cli, who, role));
}

async function list(cli: CliContext): Promise<void> {
  const { database } = await cli.workspace();
  const { listUsers } = await import('../../users/list-users.js');
  const users = await listUsers(database.knex);
  const rows = users.map(({ id, email, name, role, status }) => [id, email ?? '', name, role, status]);
  cli.output.result(users, () => cli.output.table([['ID', 'E-MAIL', 'NAME', 'ROLE', 'STATUS'], ...rows]));
}

async function invite(cli: CliContext, who: string, { name, role }: InviteOptions): Promise<void> {
  const { workspace, access } = await open(cli);
  const userId = await findUserId(workspace, who).catch((error: unknown) => {
    if (name === undefined || !(error instanceof NotFoundError)) throw error;
    return addUser(workspace, { name, email: who, role });
  });
  const link = await access.invite(await operatorCall(workspace), userId);
  cli.output.note(`For ${who}, works once, until ${link.expiresAt}:`);
  cli.output.result(link, () => link.url);
}

async function addUser(workspace: OpenWorkspace, input: { name: string; email: string; role: string }): Promise<Id> {
  const { Roles } = await import('../../auth/index.js');
  await workspace.container.resolve(Roles).get(input.role);
  const call = await operatorCall(workspace);
  const ctx = workspace.context({ ...call, module: 'core' });
  ctx.authorize('core.user:administer');
  return (await ctx.elevated().records(User).create(input)).id;
}

async function reset(cli: CliContext, who: string): Promise<void> {
  const { workspace, access } = await open(cli);
  const link = await access.resetPassword(await operatorCall(workspace), await findUserId(workspace, who));
  cli.output.note(`For ${who}, works once, until ${link.expiresAt}; all sessions end when it is used:`);
  cli.output.result(link, () => link.url);
}

async function deactivate(cli: CliContext, who: string, heir: string | undefined): Promise<void> {
  const { workspace, access } = await open(cli);
  const heirId = heir === undefined ? null : await findUserId(workspace, heir);
  const counts = await access.deactivate(await operatorCall(workspace), await findUserId(workspace, who), heirId);
  const moved = Object.entries(counts).map(([entity, count]) => `  ${count} ${entity} now belong to ${heir ?? ''}`);
  cli.output.result({ reassigned: counts }, () => [`${who} is deactivated`, ...moved]);
}

async function reactivate(cli: CliContext, who: string): Promise<void> {
  const { workspace, access } = await open(cli);
  await access.reactivate(await operatorCall(workspace), await findUserId(workspace, who));
  cli.output.result({ reactivated: who }, () => `${who} may come back`);
}

async function changeRole(cli: CliContext, who: string, role: string): Promise<void> {
  const { workspace, access } = await open(cli);
  await access.changeRole(await operatorCall(workspace), await findUserId(workspace, who), role);
  cli.output.result({ user: who, role }, () => `${who} is ${role} now`);
}

async function open(cli: CliContext): Promise<{ workspace: OpenWorkspace; access: UserAccess }> {
  const workspace = await cli.workspace();
  const { UserAccess: token } = await import('../../users/index.js');
  return { workspace, access: workspace.container.resolve(token) };
}
