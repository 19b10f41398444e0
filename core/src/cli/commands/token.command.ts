import { ConflictError, NotFoundError, ValidationError, type Id } from '@trellis-crm/sdk';
import { Command } from 'commander';
import type { TokenEntry } from '../../auth/api-token-store.js';
import type { OpenWorkspace } from '../../composition/open-workspace.js';
import type { CliContext } from '../cli-context.js';
import { findUserId, operatorCall } from './operator-call.js';

interface CreateOptions {
  readonly name: string;
  readonly scopes?: string;
  readonly expires?: string;
}

/** `trellis token create|list|revoke`: personal API tokens. */
export function tokenCommand(cli: CliContext): Command {
  const token = new Command('token').summary('personal API tokens');
  token
    .command('create')
    .summary('make a token and print it, alone on the last line')
    .argument('<e-mail>', 'whose rights it has')
    .option('--name <name>', 'what it is for', 'command line')
    .option('--scopes <list>', 'rights it is narrowed to, by comma: permission keys, or `read`')
    .option('--expires <when>', 'days as `90d`, or a date; never when left out')
    .action((email: string, options: CreateOptions) => create(cli, email, options));
  token
    .command('list')
    .summary('list the tokens of a user')
    .argument('<e-mail>')
    .action((email: string) => list(cli, email));
  token
    .command('revoke')
    .summary('end a token')
    .argument('<e-mail>')
    .argument('<id>', 'as `trellis token list` shows it')
    .action((email: string, id: string) => revoke(cli, email, id));
  return token;
}

async function create(cli: CliContext, email: string, { name, scopes, expires }: CreateOptions): Promise<void> {
  const workspace = await cli.workspace();
  const { createOwnToken } = await import('../../auth/own-access.js');
  const userId = await findActive(workspace, email);
  const request = {
    name,
    scopes: scopes?.split(',').map((scope) => scope.trim()) ?? ['*'],
    expiresAt: toMoment(expires),
  };
  const { generation, identity: by } = await operatorCall(workspace);
  const token = await createOwnToken(workspace, generation, { ...request, userId, by });
  cli.output.note(
    `Token "${token.name}" of ${email}, ${token.expiresAt === null ? 'until it is revoked' : `until ${token.expiresAt}`}; it is shown this once:`,
  );
  cli.output.result(token, () => token.token);
}

async function list(cli: CliContext, email: string): Promise<void> {
  const workspace = await cli.workspace();
  const { listTokens } = await import('../../auth/api-token-store.js');
  const tokens = await listTokens(workspace.database.knex, await findUserId(workspace, email));
  const titles = ['ID', 'NAME', 'BEGINS', 'SCOPES', 'EXPIRES', 'LAST USED'];
  cli.output.result(tokens, () =>
    tokens.length === 0 ? 'No tokens' : cli.output.table([titles, ...tokens.map(toRow)]),
  );
}

async function revoke(cli: CliContext, email: string, id: Id): Promise<void> {
  const workspace = await cli.workspace();
  const { revokeToken } = await import('../../auth/api-token-store.js');
  const isId = /^[0-9a-f-]{36}$/i.test(id);
  const isDone = isId && (await revokeToken(workspace.database.knex, await findUserId(workspace, email), id));
  if (!isDone) throw new NotFoundError('token_not_found');
  cli.output.result({ revoked: id }, () => `Token ${id} is revoked`);
}

/** A token of somebody who may not sign in would never work. */
async function findActive(workspace: OpenWorkspace, email: string): Promise<Id> {
  const { findAccount } = await import('../../auth/credentials.js');
  const userId = await findUserId(workspace, email);
  const account = await findAccount(workspace.database.knex, userId);
  if (account?.status === 'active') return userId;
  throw new ConflictError(
    'user_not_active',
    {},
    { message: `${email} may not sign in yet; \`trellis user invite ${email}\` makes a link` },
  );
}

function toMoment(expires: string | undefined): string | null {
  if (expires === undefined) return null;
  const days = /^(\d{1,5})d$/.exec(expires)?.[1];
  const moment = days === undefined ? new Date(expires) : new Date(Date.now() + Number(days) * 86_400_000);
  if (Number.isNaN(moment.getTime()))
    throw new ValidationError('not_valid', {}, { message: `--expires ${expires} is neither days (90d) nor a date` });
  return moment.toISOString();
}

function toRow({ id, name, hint, scopes, expiresAt, lastUsedAt }: TokenEntry): string[] {
  return [id, name, `${hint}…`, scopes.join(', '), expiresAt ?? 'never', lastUsedAt ?? 'never'];
}
