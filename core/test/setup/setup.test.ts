import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@trellis-crm/config';
import { expect } from 'chai';
import { pino } from 'pino';
import { Passwords } from '../../dist/auth/index.js';
import { createPasswords } from '../../dist/auth/passwords.js';
import { openWorkspace, type OpenWorkspace } from '../../dist/composition/open-workspace.js';
import { openDatabase } from '../../dist/database/index.js';
import { loadCoreMigrations } from '../../dist/database/migrator/index.js';
import { createApp, listen, type HttpServer } from '../../dist/http/index.js';
import { Setup } from '../../dist/setup/index.js';
import { createTestDatabase, type TestDatabase, type TestTemplate } from '../../dist/testing/index.js';

const password = 'a rather long sentence';

describe('the first set-up', () => {
  let home: TestDatabase;
  let opened: Opened;
  let server: HttpServer;
  beforeEach(async () => {
    home = await createTestDatabase({ template: await template() });
    opened = await openOn(home.url);
    opened.workspace.container.registerInstance(Passwords, createPasswords({ log2Rounds: 10 }));
    server = await listen(createApp(opened.workspace), { host: '127.0.0.1', port: 0 });
  });
  afterEach(async () => {
    await server.close(0);
    await opened.close();
    await home.drop();
  });

  const ask = (path: string, init?: RequestInit) =>
    fetch(`http://127.0.0.1:${server.port}${path}`, { redirect: 'manual', ...init });
  const issue = (startedAt?: Date) => opened.workspace.container.resolve(Setup).issueCode(startedAt);
  async function issueCode(): Promise<string> {
    const issued = await issue();
    return issued !== null && 'code' in issued ? issued.code : '';
  }

  async function submit(overrides: Record<string, string> = {}): Promise<Response> {
    const shown = await ask('/setup');
    const csrf = /name="_csrf" value="([^"]+)"/.exec(await shown.text())?.[1] ?? '';
    const cookie = shown.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const form = {
      ...{
        _csrf: csrf,
        code: '',
        companyName: 'Oak & Sons',
        name: 'Ada Lovelace',
        email: 'Ada@Example.test',
        password,
      },
      ...{ locale: 'en', timeZone: 'Europe/Berlin', currency: 'EUR', demo: 'no' },
    };
    return ask('/setup', {
      method: 'POST',
      headers: { Cookie: cookie },
      body: new URLSearchParams({ ...form, ...overrides }),
    });
  }

  it('is where every page leads until there is an admin', async () => {
    const [page, api, setup] = await Promise.all(['/', '/api/v1/me', '/setup'].map((path) => ask(path)));

    expect([page?.status, page?.headers.get('location')]).to.deep.equal([303, '/setup']);
    expect(await api?.json()).to.include({ status: 503, code: 'setup_required' });
    expect(await setup?.text())
      .to.contain('One-time code')
      .and.contain('Europe/Berlin');
  });

  it('makes company, settings and an admin who is signed in, and then is no more', async () => {
    const code = await issueCode();

    const done = await submit({ code: ` ${code.toLowerCase()} ` });
    const cookie =
      done.headers
        .getSetCookie()
        .find((text) => text.startsWith('trellis_session='))
        ?.split(';')[0] ?? '';
    const me = (await (await ask('/api/v1/me', { headers: { Cookie: cookie } })).json()) as object;

    expect([done.status, done.headers.get('location')]).to.deep.equal([303, '/']);
    expect(me).to.include({ email: 'ada@example.test', role: 'admin', timeZone: 'Europe/Berlin' });
    expect(opened.workspace.info()).to.include({ name: 'Oak & Sons', baseCurrency: 'EUR' });
    expect((await ask('/setup')).status).to.equal(404);
    expect(await opened.workspace.database.knex('core.setup_codes').select()).to.deep.equal([]);
    const [event] = await opened.workspace.database.knex<{ type: string }>('core.events').select('type');
    expect(event?.type).to.equal('core.user-created');
  });

  it('needs the code of the terminal, of which the last one counts', async () => {
    const first = await issueCode();
    const second = await issueCode();

    const answers = [await submit({ code: '' }), await submit({ code: 'AAAA-AAAA' }), await submit({ code: first })];

    expect(answers.map(({ status }) => status)).to.deep.equal([422, 422, 422]);
    expect(await answers[2]?.text())
      .to.contain('not the code of the terminal')
      .and.contain('Oak &amp; Sons')
      .and.not.contain(password);
    expect((await submit({ code: second })).status).to.equal(303);
  });

  it('gives one code to the processes of one start', async () => {
    const start = new Date();

    const codes = await Promise.all([issue(start), issue(start)]);

    expect(codes.filter((code) => code !== null)).to.have.length(1);
  });

  it('tells another start who shows the code as long as that one lives, and then gives it a new one', async () => {
    const start = new Date();
    const another = new Date(start.getTime() + 500);
    const codes = opened.workspace.database.knex<{ readonly code_hash: Buffer; readonly pid: number }>(
      'core.setup_codes',
    );
    const shown = await issue(start);
    const kept = await codes.clone().first('code_hash');

    const beside = await issue(another);
    const stillKept = await codes.clone().first('code_hash');
    // No process has this id.
    await codes.clone().update({ pid: 0 });
    const after = await issue(another);

    expect(shown).to.have.property('code');
    expect(beside).to.deep.equal({ shownBy: { host: hostname(), startedAt: start } });
    expect(stillKept).to.deep.equal(kept);
    expect(after).to.have.property('code');
    expect(await codes.clone().first('code_hash')).to.not.deep.equal(kept);
  });

  it('cannot be guessed', async () => {
    const code = await issueCode();
    for (const _try of Array.from({ length: 5 })) await submit({ code: 'AAAA-AAAA' });

    const right = await submit({ code });

    expect(right.status).to.equal(422);
    expect(await right.text()).to.contain('Too many tries');
  });

  const wrong: [string, Record<string, string>, string][] = [
    ['a weak password', { password: 'short' }, 'at least 10 characters'],
    ['no company', { companyName: ' ' }, 'This is needed'],
    ['an address that is none', { email: 'ada' }, 'This'],
    ['a time zone that is none', { timeZone: 'Mars/Olympus' }, 'Choose a time zone'],
    ['a currency that is none', { currency: 'XYZ' }, 'Choose a currency'],
  ];
  for (const [what, values, message] of wrong) {
    it(`shows the form again for ${what}, and nothing is written`, async () => {
      const answer = await submit({ code: await issueCode(), ...values });

      expect(answer.status).to.equal(422);
      expect(await answer.text()).to.contain(message);
      expect(await opened.workspace.database.knex('core.users').select()).to.deep.equal([]);
      expect(await opened.workspace.database.knex('core.workspace_settings').select()).to.deep.equal([]);
    });
  }

  it('happens once, also when two try at the same time', async () => {
    const setup = opened.workspace.container.resolve(Setup);
    const input = (email: string) => ({
      ...{ companyName: 'Oak', locale: 'en', timeZone: 'UTC', baseCurrency: 'EUR', wantsDemo: false, modules: [] },
      admin: { name: 'Grace Hopper', email, password },
    });

    const results = await Promise.allSettled([
      setup.setUp(input('a@example.test')),
      setup.setUp(input('b@example.test')),
    ]);

    expect(results.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'rejected']);
    expect(await opened.workspace.database.knex('core.users').select()).to.have.length(1);
  });

  it('tells when a module could not be enabled, and the workspace is there all the same', async () => {
    const done = await submit({ code: await issueCode(), modules: 'nowhere' });

    expect(done.status).to.equal(303);
    expect(done.headers.getSetCookie().join()).to.contain('flash=');
  });
});

interface Opened {
  readonly workspace: OpenWorkspace;
  close(): Promise<void>;
}

/** A workspace nobody has set up yet, without plugins. */
async function openOn(url: string): Promise<Opened> {
  const log = pino({ level: 'silent' });
  const dataDir = await mkdtemp(join(tmpdir(), 'trellis-setup-'));
  const database = openDatabase({ url }, log);
  const overrides = { port: 0, dataDir, pluginsDir: join(dataDir, 'plugins') };
  const config = loadConfig({ env: {}, root: dataDir, overrides });
  const clock = { now: () => new Date() };
  const workspace = await openWorkspace({ config, database, log, clock, serves: true, waitsWithEvents: true });
  return {
    workspace,
    async close() {
      await workspace.close();
      await database.close();
      await rm(dataDir, { recursive: true });
    },
  };
}

/** Migrated once: eleven tests would each take seconds for it. */
async function template(): Promise<TestTemplate> {
  const { hashes } = await loadCoreMigrations();
  const key = `empty workspace ${[...hashes.values()].join(' ')}`;
  return { key, build: (url) => openOn(url).then(({ close }) => close()) };
}
