import { createHash, randomBytes } from 'node:crypto';
import { createTestHost, type CoreTestHost } from '@trellis-crm/core/testing';
import { Installation, type Run } from './installation.js';

/** Server processes as a person starts them, on a database of the test server that is set up already. */
export interface Served {
  /** The same workspace in this process, to look at it from the side. */
  readonly host: CoreTestHost;
  readonly installation: Installation;
  readonly run: Run;
  /** Bearer token of its admin. */
  readonly token: string;
  /** Another one, under a name of its own. */
  issueToken(name: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts `trellis serve` and waits until it is ready. */
export async function serve(args: readonly string[] = []): Promise<Served> {
  const host = await createTestHost();
  const installation = await Installation.create();
  const token = await issueToken(host, 'served');
  const run = installation.run(['serve', ...args], { DATABASE_URL: host.database.url, TRELLIS_LOG_LEVEL: 'error' });
  await run.ready();
  return {
    host,
    installation,
    run,
    token,
    issueToken: (name) => issueToken(host, name),
    async stop() {
      run.process.kill('SIGTERM');
      await run.ended();
      await installation.remove();
      await host.close();
    },
  };
}

/** By hand: the test's own clock stands elsewhere than that of the processes. */
async function issueToken(host: CoreTestHost, name: string): Promise<string> {
  const token = `trl_${randomBytes(20).toString('hex')}`;
  await host.sql(
    `insert into core.api_tokens (id, user_id, name, token_hash, hint, scopes, created_at)
     values (gen_random_uuid(), ?, ?, ?, 'trl_', '{*}', now())`,
    [host.admin.userId, name, createHash('sha256').update(token).digest()],
  );
  return token;
}
