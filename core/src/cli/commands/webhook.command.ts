import { NotFoundError, ValidationError, type Id } from '@trellis-crm/sdk';
import { Command, Option } from 'commander';
import type { OpenWorkspace } from '../../composition/open-workspace.js';
import type { Backlog } from '../../webhooks/delivery-log.js';
import type { Delivery, DeliveryState, Webhook, WebhookPatch } from '../../webhooks/webhook.js';
import type { CliContext } from '../cli-context.js';
import { operatorCall } from './operator-call.js';

interface LogOptions {
  readonly state?: DeliveryState;
  readonly limit: string;
}

interface ReplayOptions {
  readonly since?: string;
}

/** `trellis webhook list|log|replay|disable|enable`: what other systems are told, and telling it again. */
export function webhookCommand(cli: CliContext): Command {
  const webhook = new Command('webhook')
    .alias('webhooks')
    .summary('webhooks: what other systems are told of events')
    .description(
      'A message is tried eight times within about a day. Mend the receiver, then replay what was given up.',
    );
  webhook
    .command('list')
    .summary('list webhooks with what waits and what was given up')
    .action(() => list(cli));
  webhook
    .command('log')
    .summary('show the messages of a webhook, the newest first')
    .argument('<webhook>', 'id as `trellis webhook list` shows it')
    .addOption(new Option('--state <state>', 'only these').choices(['waiting', 'delivered', 'failed', 'dropped']))
    .option('--limit <number>', 'at most so many, up to 1000', '50')
    .action((id: string, options: LogOptions) => log(cli, id, options));
  webhook
    .command('replay')
    .summary('send messages again')
    .argument('<webhook>', 'id as `trellis webhook list` shows it')
    .argument(
      '[messages...]',
      'ids as `trellis webhook log` shows them; without any, all that were given up or dropped',
    )
    .option('--since <when>', 'of those given up: only from this moment on; the last 30 days when left out')
    .action((id: string, messages: string[], options: ReplayOptions) => replay(cli, id, messages, options));
  webhook
    .command('disable')
    .summary('pause a webhook: what comes meanwhile waits')
    .argument('<webhook>')
    .action((id: string) => change(cli, id, 'paused'));
  webhook
    .command('enable')
    .summary('resume a webhook, which then gets what waited')
    .argument('<webhook>')
    .action((id: string) => change(cli, id, 'active'));
  return webhook;
}

async function open(cli: CliContext) {
  const workspace = await cli.workspace();
  const { Webhooks } = await import('../../webhooks/webhook-service.js');
  const { WebhookMessages } = await import('../../webhooks/message-service.js');
  const { container } = workspace;
  return { workspace, webhooks: container.resolve(Webhooks), messages: container.resolve(WebhookMessages) };
}

async function list(cli: CliContext): Promise<void> {
  const { webhooks } = await open(cli);
  const [all, backlogs] = [await webhooks.list(), await webhooks.backlogs()];
  const rows = all.map((webhook) => ({ ...webhook, ...(backlogs.get(webhook.id) ?? nothing) }));
  const titles = ['ID', 'STATE', 'WAITING', 'FAILED', 'URL', 'TOPICS'];
  cli.output.result(rows, () =>
    rows.length === 0 ? 'No webhooks' : cli.output.table([titles, ...rows.map(toWebhookRow)]),
  );
}

const nothing: Backlog = { waiting: 0, failed: 0 };

function toWebhookRow({ id, state, stateReason, waiting, failed, url, topics }: Webhook & Backlog): string[] {
  const why = stateReason === null ? state : `${state} (${stateReason})`;
  return [id, why, String(waiting), String(failed), url, topics.join(', ')];
}

async function log(cli: CliContext, id: string, { state, limit }: LogOptions): Promise<void> {
  const most = /^[1-9]\d{0,2}$|^1000$/.test(limit) ? Number(limit) : null;
  if (most === null) throw notValid(`--limit ${limit} is no number from 1 to 1000`);
  const { messages } = await open(cli);
  const found = await messages.list({ webhookId: idOf(id), limit: most, ...(state === undefined ? {} : { state }) });
  const titles = ['ID', 'TYPE', 'STATE', 'TRIES', 'CREATED', 'LAST ANSWER'];
  cli.output.result(found, () =>
    found.length === 0 ? 'No messages' : cli.output.table([titles, ...found.map(toMessageRow)]),
  );
}

function toMessageRow({ id, type, state, attempts, createdAt, last }: Delivery): string[] {
  const answer = last === null ? '' : String(last.status ?? last.error ?? '');
  return [id, type, state, String(attempts), createdAt.toISOString(), answer];
}

const daysKept = 30;
const dayMs = 86_400_000;

/** Whoever serves sends them: the running server at once, else the next start. */
async function replay(cli: CliContext, id: string, ids: readonly string[], { since }: ReplayOptions): Promise<void> {
  const from = since === undefined ? new Date(Date.now() - daysKept * dayMs) : new Date(since);
  if (Number.isNaN(from.getTime())) throw notValid(`--since ${since ?? ''} is no date`);
  const { messages } = await open(cli);
  const webhookId = idOf(id);
  for (const message of ids) await messages.replay(webhookId, idOf(message));
  const replayed = ids.length > 0 ? ids.length : await messages.replayFailed(webhookId, from);
  cli.output.result({ webhook: webhookId, replayed }, () => `${replayed} messages wait to be sent again`);
}

async function change(cli: CliContext, id: string, state: NonNullable<WebhookPatch['state']>): Promise<void> {
  const { webhooks, workspace } = await open(cli);
  const by = await operatorOf(workspace);
  const changed = await webhooks.update(idOf(id), { state }, { by, topics: new Set(), version: '*' });
  cli.output.result(changed, () => `${changed.url} is ${changed.state}`);
}

async function operatorOf(workspace: OpenWorkspace) {
  return (await operatorCall(workspace)).identity;
}

/** What is no id names nothing. @throws NotFoundError */
function idOf(text: string): Id {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return text.toLowerCase();
  throw new NotFoundError('webhook_not_found', {}, { message: `There is no webhook or message ${text}` });
}

function notValid(message: string): ValidationError {
  return new ValidationError('not_valid', {}, { message });
}
