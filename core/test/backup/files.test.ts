import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect } from 'chai';
import { checkArchive } from '../../dist/backup/index.js';
import { archiveFormat, archiveVersion } from '../../dist/backup/archive-format.js';
import { ArchiveWriter } from '../../dist/backup/archive-writer.js';
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

  it('works on a database that knows no files yet', async () => {
    const old = await home.filledDatabase();
    const client = await home.client(old);
    await client.query('drop table core.files cascade');

    expect((await home.backUp(old, 'data', 'before-files.zst')).files).to.deep.equal({});
  });

  it('refuses content under the name of another, and writes nothing', async () => {
    const target = await home.emptyDatabase();
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
    await writer.file(
      nameOf(lost),
      (async function* () {
        yield Buffer.from('something else');
      })(),
    );
    await writer.finish();
    await checkArchive(path);

    const refused = await home.restore(target, 'forged', 'forged.zst').catch((error: unknown) => error);

    expect(refused).to.include({ code: 'archive_damaged' });
    expect(await stat(placeIn('forged', lost)).catch(() => null)).to.equal(null);
    await rm(path);
  });
});
