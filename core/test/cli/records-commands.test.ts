import { execFile } from 'node:child_process';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { createTestDatabase, type TestDatabase } from '../../dist/testing/index.js';

const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

describe('records on the command line', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let folder: string;

  before(async () => {
    database = await createTestDatabase();
    folder = await mkdtemp(join(tmpdir(), 'trellis-records-'));
    await writeFile(join(folder, 'some.csv'), 'Name;Country;Employees\nAcme;DE;7\nBeta;FR;80\n=Gamma;DE;900\n');
    const imported = await trellis('import', join(folder, 'some.csv'), '--entity', 'core.account', '--delimiter', ';');
    expect(imported.stdout).to.contain('3 created');
  });

  after(async () => {
    await rm(folder, { recursive: true });
    await database.drop();
  });

  function trellis(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const env = { ...process.env, DATABASE_URL: database.url, TRELLIS_DATA_DIR: folder };
    return new Promise((resolve) => {
      const child = execFile(process.execPath, [cli, ...args], { env }, (_, stdout, stderr) => {
        resolve({ code: child.exitCode ?? -1, stdout, stderr });
      });
    });
  }

  describe('trellis export', () => {
    it('writes what was asked for to standard output, safe for spreadsheets', async () => {
      const narrowed = ['--filter', 'country=DE', 'employees[gte]=5', '--sort', '-name', '--fields', 'name,employees'];

      const { code, stdout } = await trellis('export', 'accounts', ...narrowed);

      expect(stdout).to.equal("name,employees\r\nAcme,7\r\n'=Gamma,900\r\n");
      expect(code).to.equal(0);
    });

    it('writes a file and says how many records it has', async () => {
      const [csv, xlsx] = [join(folder, 'out.csv'), join(folder, 'out.xlsx')];
      const where = '{"any":[{"field":"name","value":"Acme"},{"field":"name","value":"Beta"}]}';

      const first = await trellis('export', 'core.account', '--out', csv, '--where', where);
      const second = await trellis('--json', 'export', 'account', '--out', xlsx, '--search', 'acme');

      expect(first.stdout).to.equal(`${csv}: 2 records of core.account\n`);
      expect((await readFile(csv, 'utf8')).split('\r\n')).to.have.length(4);
      expect(JSON.parse(second.stdout)).to.deep.equal({ entity: 'core.account', file: xlsx, format: 'xlsx', rows: 1 });
      expect((await readFile(xlsx)).subarray(0, 2).toString()).to.equal('PK');
    });

    it('refuses what it cannot write or understand, and leaves no file', async () => {
      const out = join(folder, 'none.csv');
      const answers = [
        await trellis('export', 'nothing'),
        await trellis('export', 'accounts', '--format', 'xlsx'),
        await trellis('export', 'accounts', '--filter', 'country'),
        await trellis('export', 'accounts', '--out', out, '--filter', 'colour=red'),
      ];

      expect(answers.map(({ code }) => code)).to.deep.equal([2, 2, 2, 1]);
      expect(await access(out).catch((error: unknown) => String(error))).to.contain('ENOENT');
    });
  });

  describe('trellis change', () => {
    it('lists, shows and takes back', async () => {
      const listed = await trellis('--json', 'change', 'list');
      const [newest] = JSON.parse(listed.stdout) as { id: string; kind: string; undoable: boolean }[];
      const id = newest?.id ?? '';
      const shown = await trellis('change', 'show', id);
      const undone = await trellis('change', 'undo', id);
      const again = await trellis('change', 'undo', id);
      const left = await trellis('export', 'accounts', '--fields', 'name');

      expect(newest).to.include({ kind: 'import', undoable: true });
      expect(shown.stdout).to.contain(id).and.contain('core.account');
      expect(undone.stdout).to.contain('3 records to the trash');
      expect([shown.code, undone.code, again.code]).to.deep.equal([0, 0, 2]);
      expect(again.stderr).to.contain('it was taken back already');
      expect(left.stdout).to.equal('name\r\n');
    });

    it('refuses what is none', async () => {
      const answers = [
        await trellis('change', 'undo', '0190a5a0-0000-7000-8000-000000000001'),
        await trellis('change', 'show', 'none'),
      ];

      expect(answers.map(({ code }) => code)).to.deep.equal([2, 1]);
    });
  });
});
