import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { inspectConfig, loadConfig, StartError } from '@trellis-crm/config';

describe('loadConfig', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'trellis-config-'));
  });

  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  it('works without any setting', () => {
    const config = loadConfig({ env: {}, root });

    expect(config).to.include({ port: 3000, host: '127.0.0.1', trustProxy: 0, processes: 1, logLevel: 'info' });
    expect(config.databaseUrl).to.equal(undefined);
    expect(config.dataDir).to.equal(join(root, 'data'));
  });

  it('prefers the command line to the environment, and that to the file', () => {
    writeFile({ port: 4001, processes: 3, host: '::1' });

    const { config, origins } = inspectConfig({
      env: { PORT: '4002', HOST: '0.0.0.0' },
      root,
      overrides: { port: '4003' },
    });

    expect(config).to.include({ port: 4003, host: '0.0.0.0', processes: 3 });
    expect(Object.fromEntries(origins)).to.deep.equal({
      port: '--port',
      host: 'HOST',
      processes: 'processes in trellis.config.json',
    });
  });

  it('takes an empty variable for an absent one', () => {
    expect(loadConfig({ env: { PORT: '', DATABASE_URL: '' }, root }).port).to.equal(3000);
  });

  it('removes the slash that would double in links', () => {
    expect(loadConfig({ env: { TRELLIS_PUBLIC_URL: 'https://crm.example.com/' }, root }).publicUrl).to.equal(
      'https://crm.example.com',
    );
  });

  for (const [name, value, reason] of [
    ['PORT', '70000', 'PORT is 70000; it must be a whole number from 0 to 65535'],
    ['PORT', 'http', 'PORT is "http"; it must be a whole number from 0 to 65535'],
    ['DATABASE_PREPARE', 'maybe', 'DATABASE_PREPARE is "maybe"; it must be true or false'],
    ['TRELLIS_PUBLIC_URL', 'https://a.example/crm', 'TRELLIS_PUBLIC_URL is "https://a.example/crm"'],
    ['TRELLIS_LOG_LEVEL', 'loud', 'TRELLIS_LOG_LEVEL is "loud"; it must be one of fatal'],
    ['DATABASE_DIRECT_URL', 'postgres://db/crm', 'DATABASE_DIRECT_URL is given without DATABASE_URL'],
  ] as const) {
    it(`refuses ${name}=${value} with its name, the reason and a fix`, () => {
      const error = refusal({ [name]: value });

      expect(error.reason).to.contain(reason);
      expect(error.fix).to.not.equal('');
      expect(error.exitCode).to.equal(2);
    });
  }

  it('does not repeat a connection string, which holds a password', () => {
    expect(refusal({ DATABASE_URL: 'mysql://root:secret@db/crm' }).reason).to.not.contain('secret');
  });

  it('names every wrong setting at once', () => {
    expect(refusal({ PORT: '-1', TRELLIS_PROCESSES: '0' }).reason.split('\n')).to.have.length(2);
  });

  it('refuses an unknown key of the file and guesses what was meant', () => {
    writeFile({ prot: 1, publicurl: 'https://a.example', somethingElse: true });

    const error = refusal({});

    expect(error.reason).to.contain('publicurl in trellis.config.json is not a setting');
    expect(error.fix).to.contain('did you mean publicUrl?').and.to.contain('`trellis config`');
  });

  it('refuses a variable of ours that it does not know', () => {
    expect(refusal({ TRELLIS_DATADIR: '/srv' }).fix).to.equal('did you mean TRELLIS_DATA_DIR?');
  });

  it('says where a file is not JSON', () => {
    writeFileSync(join(root, 'trellis.config.json'), '{ "port": 3000, }');

    expect(refusal({}).reason).to.match(/trellis\.config\.json: .*(position|line)/);
  });

  function writeFile(content: object): void {
    writeFileSync(join(root, 'trellis.config.json'), JSON.stringify(content));
  }

  function refusal(env: Record<string, string>): StartError {
    try {
      loadConfig({ env, root });
    } catch (error) {
      if (error instanceof StartError) return error;
      throw error;
    }
    throw new Error('nothing was refused');
  }
});
