import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Id } from '@trellis-crm/sdk';
import { createTestHost, type CoreTestHost } from '@trellis-crm/core/testing';
import { expect } from 'chai';
import { FileStore } from '../../dist/files/index.js';
import { purgeFiles } from '../../dist/files/purge-files.js';
import { pdf, png, uploaded } from './sent-files.js';

const day = 86_400_000;

describe('the clean-up of files', () => {
  let host: CoreTestHost;
  let store: FileStore;
  beforeEach(async () => {
    host = await createTestHost();
    store = host.workspace.container.resolve(FileStore);
  });
  afterEach(() => host.close());

  /** Days go by, for the disk too. */
  const pass = async (days: number): Promise<void> => {
    host.clock.advance(days * day);
    const root = join(host.workspace.config.dataDir, 'files');
    for (const name of await readdir(root, { recursive: true })) {
      const then = new Date(host.clock.now().getTime() - days * day);
      await utimes(join(root, name), then, then);
    }
  };
  const purge = (): Promise<void> =>
    purgeFiles({ knex: host.workspace.database.knex, clock: host.clock, folder: store.folder });
  const left = async (): Promise<readonly unknown[]> =>
    (await host.sql('select id from core.files order by id')).map(({ id }) => id);
  const contents = async (): Promise<number> =>
    (await readdir(join(host.workspace.config.dataDir, 'files'), { recursive: true })).filter((name) =>
      /[0-9a-f]{64}$/.test(name),
    ).length;
  const attach = async (file: Id): Promise<Id> => {
    const { body } = await host.as(host.user).post('/api/v1/accounts', { name: 'Filed', files: [file] });
    return String(body['id']);
  };

  it('removes what nobody attached within a day, and keeps what a record holds', async () => {
    const [held] = [await uploaded(host, host.user), await uploaded(host, host.user, png, 'logo.png')];
    await attach(held);

    await purge();
    expect(await left()).to.have.length(2);
    await pass(2);
    await purge();

    expect(await left()).to.deep.equal([held]);
    expect(await contents()).to.equal(1);
  });

  it('keeps content that another file has too', async () => {
    const [held] = [await uploaded(host, host.user), await uploaded(host, host.user)];
    await attach(held);

    await pass(2);
    await purge();

    expect(await left()).to.deep.equal([held]);
    expect(await contents()).to.equal(1);
  });

  it('keeps what was taken out for 30 days, and what lies in the trash until that is emptied', async () => {
    const [taken, trashed] = [await uploaded(host, host.user), await uploaded(host, host.user, png, 'logo.png')];
    const [open, gone] = [await attach(taken), await attach(trashed)];
    await purge();
    await host.as(host.user).patch(`/api/v1/accounts/${open}`, { files: [] }, { 'If-Match': '*' });
    await host.as(host.user).delete(`/api/v1/accounts/${gone}`, { 'If-Match': '*' });
    await purge();
    await pass(29);
    await purge();
    expect(await left()).to.have.length(2);

    await pass(2);
    await purge();
    expect(await left()).to.deep.equal([trashed]);
    await host.sql('delete from core.accounts where id = ?', [gone]);
    await purge();
    await pass(31);
    await purge();

    expect([await left(), await contents()]).to.deep.equal([[], 0]);
  });

  it('keeps as long what was taken out before any night came', async () => {
    const file = await uploaded(host, host.user);
    const account = await attach(file);
    await host.as(host.user).patch(`/api/v1/accounts/${account}`, { files: [] }, { 'If-Match': '*' });

    await pass(2);
    await purge();
    await pass(29);
    await purge();
    expect(await left()).to.deep.equal([file]);

    await pass(2);
    await purge();
    expect(await left()).to.deep.equal([]);
  });

  it('removes contents without a file and what came in and was never kept, but nothing new', async () => {
    const orphan = await store.folder.receive(Readable.from([pdf]), 1000, () => new Error('big'));
    await store.folder.keep(orphan);
    await store.folder.receive(Readable.from([png]), 1000, () => new Error('big'));

    await purge();
    expect(await contents()).to.equal(1);
    await pass(2);
    await purge();

    expect(await contents()).to.equal(0);
    expect(await readdir(join(host.workspace.config.dataDir, 'files', 'incoming'))).to.deep.equal([]);
  });

  it('knows files of modules that are not active by their tables', async () => {
    const file = await uploaded(host, host.user);
    await host.sql('create schema p_absent');
    await host.sql('create table p_absent.thing_files (thing_id uuid, position integer, file_id uuid)');
    await host.sql('insert into p_absent.thing_files values (gen_random_uuid(), 0, ?)', [file]);

    await pass(40);
    await purge();

    expect(await left()).to.deep.equal([file]);
  });

  it('asks no table of somebody else in the same database', async () => {
    await uploaded(host, host.user);
    await host.sql('create schema theirs');
    await host.sql('create table theirs.things (file_id uuid)');
    await host.sql('insert into theirs.things select id from core.files');

    await pass(2);
    await purge();

    expect(await left()).to.deep.equal([]);
  });

  it('is told of a full disk by name, and nothing stays', async () => {
    const full = new Readable({
      read() {
        this.destroy(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
      },
    });

    const refused = await store.folder.receive(full, 1000, () => new Error('big')).catch((error: unknown) => error);

    expect(refused).to.include({ code: 'storage_full', status: 503 });
    expect(await readdir(join(host.workspace.config.dataDir, 'files', 'incoming'))).to.deep.equal([]);
  });
});
