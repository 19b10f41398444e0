import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { restoreBackup } from '../../dist/backup/index.js';
import { archiveFormat, archiveVersion } from '../../dist/backup/archive-format.js';
import { ArchiveWriter } from '../../dist/backup/archive-writer.js';
import { openContent } from '../../dist/backup/file-contents.js';
import type { TestDatabase } from '../../dist/testing/index.js';
import { BackupHome } from './backup-home.js';

describe('Backup of files that people keep', function () {
  this.timeout(60_000);
  let home: BackupHome;
  let source: TestDatabase;
  const content = Buffer.alloc(150_000, 'contract ');
  const sha256 = createHash('sha256').update(content).digest('hex');
  const lost = createHash('sha256').update('lost').digest('hex');
  const nameOf = (hash: string): string => `files/${hash.slice(0, 2)}/${hash}`;
  const placeIn = (folder: string, hash = sha256): string => home.path(`${folder}/${nameOf(hash)}`);

  before(async () => {
    home = await BackupHome.create();
    source = await home.filledDatabase();
    const client = await home.client(source);
    for (const hash of [sha256, sha256, lost])
      await client.query(
        `insert into core.files (id, name, type, size, sha256, created_at)
         values (gen_random_uuid(), 'a.pdf', 'application/pdf', 150000, $1, now())`,
        [hash],
      );
    await mkdir(dirname(placeIn('data')), { recursive: true });
    await writeFile(placeIn('data'), content);
  });
  after(() => home.close());

  it('carries each content once, and leaves out what is lost already', async () => {
    const { files } = await home.backUp(source, 'data', 'with-files.zst');

    expect(files).to.deep.equal({ [nameOf(sha256)]: { count: content.length, sha256 } });
  });

  it('brings contents back for their owner alone, also in the place of spoilt ones', async () => {
    const target = await home.emptyDatabase();
    await mkdir(dirname(placeIn('restored')), { recursive: true });
    await writeFile(placeIn('restored'), 'spoilt');

    await home.restore(target, 'restored', 'with-files.zst');

    expect((await readFile(placeIn('restored'))).equals(content)).to.equal(true);
    expect((await stat(placeIn('restored'))).mode & 0o777).to.equal(0o600);
    const { rows } = await (
      await home.client(target)
    ).query('select name, size, sha256 from core.files order by sha256');
    expect(rows).to.have.length(3);
  });

  it('reads to its end what the clean-up removes meanwhile', async () => {
    const path = home.path('content');
    await writeFile(path, content);
    const opened = await openContent(path);
    await rm(path);

    expect((await buffer(opened ?? Readable.from([]))).equals(content)).to.equal(true);
    expect(await openContent(path)).to.equal(null);
  });

  it('works on a database that knows no files yet', async () => {
    const old = await home.filledDatabase();
    const client = await home.client(old);
    await client.query('drop table core.files cascade');

    expect((await home.backUp(old, 'data', 'before-files.zst')).files).to.deep.equal({});
  });

  it('carries what was spoilt on the disk without a word of its name, and restores everything else', async () => {
    const spoilt = createHash('sha256').update('as it was kept').digest('hex');
    const client = await home.client(source);
    await client.query(
      `insert into core.files (id, name, type, size, sha256, created_at)
       values (gen_random_uuid(), 'b.pdf', 'application/pdf', 14, $1, now())`,
      [spoilt],
    );
    await mkdir(dirname(placeIn('data', spoilt)), { recursive: true });
    await writeFile(placeIn('data', spoilt), 'as it is now');
    const target = await home.emptyDatabase();

    const taken = await home.backUp(source, 'data', 'spoilt.zst');
    const restored = await home.restore(target, 'without', 'spoilt.zst');

    expect([taken.lost, taken.spoilt]).to.deep.equal([[nameOf(lost)], [nameOf(spoilt)]]);
    expect(restored.spoilt).to.deep.equal([nameOf(spoilt)]);
    expect((await readFile(placeIn('without'))).equals(content)).to.equal(true);
    expect(await readdir(dirname(placeIn('without', spoilt))).catch(() => [])).to.deep.equal([]);
    const { rows } = await (await home.client(target)).query('select sha256 from core.files');
    expect(rows).to.have.length(4);
  });

  it('puts nothing under the name of another content, whoever wrote the archive', async () => {
    const path = home.path('forged.zst');
    const header = {
      format: archiveFormat,
      version: archiveVersion,
      createdAt: new Date().toISOString(),
      trellis: '0.1.0',
      postgres: '18.4',
      keyFingerprint: null,
    } as const;
    const writer = await ArchiveWriter.create(path, header);
    for (const [name, text] of [
      [nameOf(lost), 'something else'],
      [nameOf(sha256), content],
    ] as const)
      await writer.file(name, Readable.from([Buffer.from(text)]));
    await writer.finish();
    await mkdir(dirname(placeIn('forged', lost)), { recursive: true });
    await writeFile(placeIn('forged', lost), 'lost');
    const client = await home.client(await home.emptyDatabase());

    const { spoilt } = await restoreBackup(path, {
      client,
      folders: home.folders('forged'),
      now: new Date(),
      isHeld: false,
    });

    expect(spoilt).to.deep.equal([nameOf(lost)]);
    expect((await readFile(placeIn('forged', lost))).toString()).to.equal('lost');
    expect((await readFile(placeIn('forged'))).equals(content)).to.equal(true);
  });
});
