import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createTestHost, type CoreTestHost } from '@trellis-crm/core/testing';
import { expect } from 'chai';
import { ContentFolder } from '../../dist/files/content-folder.js';
import { FileStore } from '../../dist/files/index.js';
import { pdf, png, upload, uploaded } from './sent-files.js';

const megabyte = 1024 * 1024;
const largest = 25 * megabyte;

describe('Room for files', () => {
  let host: CoreTestHost;
  beforeEach(async () => {
    host = await createTestHost();
  });
  afterEach(() => host.close());

  /** A file of the user that no record holds. */
  const waiting = (size: number, times = 1) =>
    host.sql(
      `insert into core.files (id, name, type, size, sha256, created_by, created_at)
       select gen_random_uuid(), 'a.pdf', 'application/pdf', ?, repeat('0', 64), ?, now() from generate_series(1, ?::int)`,
      [size, host.user.userId, times],
    );
  const answerTo = async (content: Uint8Array = pdf, user = host.user) => {
    const { status, body } = await upload(host, user, content);
    return status === 201 ? status : `${status} ${String(body['code'])}`;
  };

  it('is not given to whoever may attach files to nothing', async () => {
    expect(await answerTo(pdf, host.readOnly)).to.equal('403 forbidden');
  });

  it('ends for one person at forty files of the largest size that no record holds', async () => {
    await waiting(largest, 39);
    await waiting(largest - pdf.length);

    const answers = await Promise.all([answerTo(), answerTo()]);

    expect(answers.toSorted()).to.deep.equal([201, '429 too_many_files_waiting']);
    expect(await answerTo(pdf, host.manager)).to.equal(201);
  });

  it('ends for one person at 2,000 such files, and begins again when a record holds some', async () => {
    await waiting(1, 1999);
    const file = await uploaded(host, host.user);
    const refused = await answerTo();
    await host.as(host.user).post('/api/v1/accounts', { name: 'Filed', files: [file] });

    expect(refused).to.equal('429 too_many_files_waiting');
    expect(await answerTo()).to.equal(201);
  });

  it('ends for all at the quota, however many come at once', async () => {
    const { workspace, clock } = host;
    const parts = { knex: workspace.database.knex, clock, dataDir: workspace.config.dataDir, maxBytes: 1000 };
    const store = new FileStore({ ...parts, quotaBytes: pdf.length + 10 });
    workspace.container.register(FileStore, { useValue: store });

    const answers = await Promise.all([answerTo(), answerTo(pdf, host.manager), answerTo(pdf, host.admin)]);

    expect(answers.filter((answer) => answer === 201)).to.have.length(1);
    expect(await host.sql('select id from core.files')).to.have.length(1);
  });
});

describe('Room on the disk', () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'trellis-files-'));
  });
  afterEach(() => rm(dataDir, { recursive: true }));

  const folderWith = (totalBytes: number, freeBytes: number): ContentFolder =>
    new ContentFolder(dataDir, () => Promise.resolve({ totalBytes, freeBytes }));
  const receive = (folder: ContentFolder, source = Readable.from([png])) =>
    folder
      .receive(source, 1000, () => new Error('big'))
      .then(
        () => 'kept',
        (error: unknown) => (error as { readonly code: string }).code,
      );

  it('stays for the database: a twentieth, a gigabyte at most', async () => {
    expect(await receive(folderWith(100_000, 6000))).to.equal('kept');
    expect(await receive(folderWith(100_000, 5999))).to.equal('storage_full');
    expect(await receive(folderWith(1000 * 1024 ** 3, 1024 ** 3 + 1000))).to.equal('kept');
    expect(await receive(folderWith(1000 * 1024 ** 3, 1024 ** 3 + 999))).to.equal('storage_full');
    expect(await receive(folderWith(0, 0)), 'a disk that says nothing of itself').to.equal('kept');
  });

  it('is counted for what comes in at the same time, until it is there', async () => {
    const folder = folderWith(100_000, 6999);
    const slow = new Readable({ read: () => undefined });
    const first = receive(folder, slow);
    const second = await receive(folder);
    slow.push(png);
    slow.push(null);

    expect([await first, second, await receive(folder)]).to.deep.equal(['kept', 'storage_full', 'kept']);
    expect(await readdir(join(dataDir, 'files', 'incoming'))).to.have.length(2);
  });
});
