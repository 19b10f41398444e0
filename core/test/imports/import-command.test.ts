import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { createTestDatabase, type TestDatabase } from '../../dist/testing/index.js';

const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

describe('trellis import', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let folder: string;
  before(async () => {
    database = await createTestDatabase();
    folder = await mkdtemp(join(tmpdir(), 'trellis-import-'));
    await writeFile(
      join(folder, 'companies.mapping.json'),
      JSON.stringify({
        source: 'erp',
        records: [
          { entity: 'core.account', match: { externalId: 'no' }, fields: { name: 'name', employees: 'staff' } },
        ],
      }),
    );
  });
  after(async () => {
    await rm(folder, { recursive: true });
    await database.drop();
  });

  it('finds the mapping beside the file and exits with 0', async () => {
    await writeFile(join(folder, 'companies.csv'), 'no,name,staff\n1,Acme,7\n2,Beta,8\n');

    const { code, stdout } = await trellis('import', join(folder, 'companies.csv'));

    expect(stdout).to.equal('companies.csv: 2 rows; 2 created, 0 changed, 0 unchanged, 0 rows refused\n');
    expect(code).to.equal(0);
  });

  it('exits with 1 when rows were kept out, and writes them with their reason', async () => {
    await writeFile(join(folder, 'companies.csv'), 'no,name,staff\n1,Acme,9\n3,Gamma,many\n');
    const refused = join(folder, 'refused.csv');

    const { code, stdout } = await trellis('--json', 'import', join(folder, 'companies.csv'), '--refused', refused);

    const [report] = JSON.parse(stdout) as { totals: object; errors: object[] }[];
    expect(report?.totals).to.include({ created: 0, changed: 1, refused: 1 });
    expect(report?.errors).to.have.length(1);
    expect(await readFile(refused, 'utf8')).to.contain('3,Gamma,many,');
    expect(code).to.equal(1);
  });

  it('takes an import back once, says what stays, and refuses what is none', async () => {
    await writeFile(join(folder, 'companies.csv'), 'no,name,staff\n71,Taken A,1\n72,Taken B,2\n');
    const first = await trellis('--json', 'import', join(folder, 'companies.csv'));
    const [report] = JSON.parse(first.stdout) as { id: string }[];
    const id = report?.id ?? '';

    const undone = await trellis('import', '--undo', id);
    const again = await trellis('import', '--undo', id);
    const absent = await trellis('import', '--undo', '0190a5a0-0000-7000-8000-000000000001');

    expect(undone.stdout).to.equal(
      'companies.csv: 2 records to the trash, 0 given their values back, 0 left as they stand\n',
    );
    expect(undone.code).to.equal(0);
    const over = await trellis('import', '--stop', id);
    expect([again.code, absent.code, over.code]).to.deep.equal([2, 2, 2]);
    expect(over.stderr).to.contain('it is over');
    expect(again.stderr).to.contain('it was taken back already');
    expect(absent.stderr).to.contain('there is none');
  });

  it('exits with 2 when a file is refused as a whole, and then imports none of them', async () => {
    await writeFile(join(folder, 'companies.csv'), 'no,name,staff\n4,Delta,1\n');
    await writeFile(join(folder, 'bad.csv'), 'no,name\n1,X\n');
    await writeFile(join(folder, 'bad.mapping.json'), await readFile(join(folder, 'companies.mapping.json')));

    const { code, stdout, stderr } = await trellis('import', join(folder, 'companies.csv'), join(folder, 'bad.csv'));

    expect(stderr).to.contain('bad.csv cannot be imported').and.to.contain('"staff"');
    expect(stdout).to.equal('');
    expect(code).to.equal(2);
  });

  it('changes nothing in a dry run', async () => {
    const { stdout } = await trellis('import', '--dry-run', join(folder, 'companies.csv'));

    expect(stdout).to.match(/dry run, nothing was changed\): 1 rows; 1 created/);
    const again = await trellis('import', '--dry-run', join(folder, 'companies.csv'));
    expect(again.stdout).to.equal(stdout);
  });

  function trellis(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const env = { ...process.env, DATABASE_URL: database.url, TRELLIS_DATA_DIR: folder };
    return new Promise((resolve) => {
      const child = execFile(process.execPath, [cli, ...args], { env }, (_, stdout, stderr) => {
        resolve({ code: child.exitCode ?? -1, stdout, stderr });
      });
    });
  }
});
