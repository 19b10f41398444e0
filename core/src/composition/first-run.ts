import { withSessionLock } from '../database/migrator/index.js';
import { DemoData } from '../demo/index.js';
import { Setup } from '../setup/index.js';
import type { OpenWorkspace } from './open-workspace.js';

/**
 * What a person at the terminal has to know after a start: the one-time code of an empty workspace, or the logins of a demo.
 * With `--demo` an empty workspace is filled first. Of the processes that were started together one does it, and one issues the code.
 * @param startedAt when the supervisor of this process and its siblings began
 */
export async function prepareFirstRun(
  workspace: OpenWorkspace,
  url: string,
  startedAt: Date,
): Promise<readonly string[]> {
  const { config, container } = workspace;
  const setup = container.resolve(Setup);
  if (config.demo) return startDemo(workspace, setup);
  const issued = await setup.issueCode(startedAt);
  if (issued === null) return [];
  const address = `Set up your workspace at ${url}/setup`;
  if ('code' in issued) return [address, `One-time code: ${issued.code}`];
  const { host, startedAt: otherStart } = issued.shownBy;
  return [
    address,
    `The one-time code was shown by the server that started on ${host} at ${otherStart.toISOString()} and shares this database.`,
  ];
}

async function startDemo(workspace: OpenWorkspace, setup: Setup): Promise<readonly string[]> {
  const { container, database } = workspace;
  const demo = container.resolve(DemoData);
  const client = await database.connectDirect();
  try {
    await withSessionLock(client, 'first-run', async () => {
      if (!(await setup.isSetUp())) await fillDemo(workspace, demo);
    });
  } finally {
    await client.end();
  }
  const logins = await demo.logins();
  if (logins.length === 0) return ['This workspace was set up without demo users: sign in with your own.'];
  return [
    'Demo logins (role e-mail password):',
    ...logins.map(({ role, email, password }) => `${role} ${email} ${password}`),
  ];
}

/** All plugins that were found, then core's demo records with logins, then the plugins'. */
async function fillDemo({ lifecycle }: OpenWorkspace, demo: DemoData): Promise<void> {
  const found = (await lifecycle.list()).filter(({ state }) => state === 'staged' || state === 'disabled');
  for (const { id } of found) await lifecycle.enable(id, 'operator', { withRequired: true });
  await demo.add({ canSignIn: true });
}
