import { expect } from 'chai';
import type { CliContext } from '../../dist/cli/cli-context.js';
import { webhookCommand } from '../../dist/cli/commands/webhook.command.js';
import type { CoreTestHost } from '../../dist/testing/index.js';
import { startReceiver, type Receiver } from './receiver.js';
import { buildAccount, buildWebhook, openWebhookHost } from './webhook-lab.js';

describe('trellis webhook', () => {
  let host: CoreTestHost;
  let receiver: Receiver;
  before(async () => {
    host = await openWebhookHost();
    receiver = await startReceiver();
  });
  after(async () => {
    await host.close();
    await receiver.close();
  });

  /** Runs a command on the workspace of the host. @returns what `--json` would print */
  async function run(...args: readonly string[]): Promise<unknown> {
    const printed: unknown[] = [];
    const output = {
      table: (rows: readonly (readonly string[])[]) => rows.map((row) => row.join(' ')),
      result(json: unknown, lines: () => unknown) {
        printed.push(json);
        lines();
      },
    };
    const cli = { workspace: () => Promise.resolve(host.workspace), output } as unknown as CliContext;
    await webhookCommand(cli)
      .exitOverride()
      .parseAsync([...args], { from: 'user' });
    return printed[0];
  }

  const codeOf = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => 'none',
      (error: unknown) => (error as { code?: unknown }).code,
    );

  it('lists webhooks, shows their messages, pauses and resumes, and sends again', async () => {
    const { id } = await buildWebhook(host, receiver.url);

    const paused = await run('disable', id);
    await buildAccount(host);
    await host.settle();
    const waiting = await run('list');
    const resumed = await run('enable', id);
    await host.settle();
    const log = (await run('log', id, '--state', 'delivered')) as readonly { id: string; type: string }[];
    const again = await run('replay', id, log[0]?.id ?? '');
    await host.settle();
    const none = await run('replay', id);

    expect(paused).to.deep.include({ state: 'paused', stateReason: 'person' });
    expect(waiting).to.have.length(1);
    expect((waiting as readonly object[])[0]).to.deep.include({ id, waiting: 1, failed: 0 });
    expect(resumed).to.deep.include({ state: 'active', stateReason: null });
    expect(log.map(({ type }) => type)).to.deep.equal(['core.account-created']);
    expect([again, none]).to.deep.equal([
      { webhook: id, replayed: 1 },
      { webhook: id, replayed: 0 },
    ]);
    expect(receiver.received).to.have.length(2);
  });

  it('sends all again that were given up since a moment', async () => {
    const { id } = await buildWebhook(host, receiver.url, ['core.account.*']);
    await host.sql(
      `insert into core.webhook_deliveries
         (webhook_id, message_id, type, order_key, position, body, state, next_at, created_at, changed_at)
       select ?::uuid, 'msg_' || n, 'core.account-created', n::text, n, '{}', 'failed', now(), now() - n * interval '1 day', now()
       from generate_series(1, 3) n`,
      [id],
    );
    const since = new Date(Date.now() - 2.5 * 86_400_000).toISOString();

    expect(await run('replay', id, '--since', since)).to.deep.equal({ webhook: id, replayed: 2 });
    expect(await run('log', id, '--state', 'failed', '--limit', '10')).to.have.length(1);
  });

  it('refuses what is not there and what cannot be read', async () => {
    const absent = '0190a5a0-0000-7000-8000-000000000001';
    const codes = await Promise.all(
      [
        ['log', absent],
        ['disable', 'nonsense'],
        ['replay', absent],
        ['log', absent, '--limit', '0'],
        ['replay', absent, '--since', 'once'],
      ].map((args) => codeOf(run(...args))),
    );

    expect(codes).to.deep.equal([
      'webhook_not_found',
      'webhook_not_found',
      'webhook_not_found',
      'not_valid',
      'not_valid',
    ]);
  });
});
