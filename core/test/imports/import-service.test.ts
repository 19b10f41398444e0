import { Account, ConflictError, Contact, isTrellisError, User } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { ImportTakenOver, saveChunk } from '../../dist/imports/import-progress-store.js';
import { findImport } from '../../dist/imports/import-store.js';
import type { ImportMapping } from '../../dist/imports/mapping/mapping.js';
import type { ImportRecord } from '../../dist/imports/import-record.js';
import { identityOf, operator, reaches } from '../records/record-host.js';
import { fileOfBytes } from '../../dist/imports/files/import-file.js';
import { openImportHost, type ImportHost } from './import-host.js';

const people: ImportMapping = {
  source: 'people',
  records: [
    {
      entity: 'core.user',
      match: { externalId: 'id' },
      fields: { name: 'name', email: 'email', team: { column: 'team', ref: 'name' } },
    },
  ],
};

describe('imports', () => {
  let world: ImportHost;
  beforeEach(async () => (world = await openImportHost()));
  afterEach(() => world.close());

  it('lets good rows in, names line, column and reason of bad ones, and gives them back as a file', async () => {
    const text =
      'account,employees,founded year\nGood,12,1999\n=cmd(),many,1999\nBroken,1\nOld,1,12\n"open,1,2000\nAlso good,3,\n';

    const record = await world.import(text, { entity: 'core.account', map: { account: 'name' } });

    expect(record.totals).to.deep.include({ created: 2, refused: 4 });
    const problems = await world.imports.problems(record, 100);
    expect(problems.map(({ line, column, code }) => [line, column, code])).to.deep.equal([
      [3, 'employees', 'not_a_whole_number'],
      [4, null, 'too_few_cells'],
      [5, 'founded year', 'too_small'],
      [6, null, 'broken_quote'],
    ]);
    const file = (await textOf(world.imports.refused(record))).split('\r\n');
    expect(file[0]).to.equal('\uFEFFaccount,employees,founded year,reason');
    expect(file[1]).to.equal(`'=cmd(),many,1999,"employees: ""many"" is not a whole number."`);
    expect(file).to.have.length(6);
  });

  it('finds with a dry run over all rows what the import then finds', async () => {
    const rows = Array.from({ length: 1200 }, (_, index) => `Company ${index},${index === 1100 ? 'x' : index}`);
    const text = `name,employees\n${rows.join('\n')}\n`;

    const dry = await world.import(text, { entity: 'core.account', isDryRun: true });
    const real = await world.import(text, { entity: 'core.account' });

    expect(dry.totals).to.deep.equal(real.totals);
    expect(await world.imports.problems(dry, 10)).to.deep.equal(await world.imports.problems(real, 10));
    expect(real.totals).to.deep.include({ created: 1199, refused: 1 });
  });

  it('says in a dry run too what guards refuse', async () => {
    await world.import('name,industry\nThere,Steel\n', { entity: 'core.account' });
    const check = (_: unknown, changes: readonly { readonly after: unknown }[]): Promise<void> => {
      const isBad = changes.some(({ after }) => JSON.stringify(after).includes('Forbidden'));
      return isBad ? Promise.reject(new ConflictError('not_in_this_industry')) : Promise.resolve();
    };
    for (const verb of ['create', 'update'] as const)
      world.host.guards.set(`core.account:${verb}`, [{ module: 'lab', entity: 'core.account', verb, check }]);
    const text = 'name,industry\nThere,Forbidden\nNew,Forbidden\nFine,Steel\nAlso fine,Steel\n';

    const dry = await world.import(text, { entity: 'core.account', isDryRun: true });
    const real = await world.import(text, { entity: 'core.account' });

    expect(dry.totals).to.deep.include({ created: 2, changed: 0, refused: 2 });
    expect(dry.totals).to.deep.equal(real.totals);
    expect(await world.imports.problems(dry, 10)).to.deep.equal(await world.imports.problems(real, 10));
  });

  it('stops when somebody asks, behind a set that went in, and only once', async () => {
    const rows = Array.from({ length: 4000 }, (_, index) => `Stopped ${index}`);
    const file = fileOfBytes('stopped.csv', Buffer.from(`name\n${rows.join('\n')}\n`));
    const { id } = await world.imports.accept({ file, entity: 'core.account', isDryRun: false }, operator);
    const stopping: Promise<ImportRecord>[] = [];

    const record = await world.imports.run(id, {
      onProgress() {
        if (stopping.length === 0) stopping.push(world.imports.cancel(id, operator));
      },
    });
    const again = await world.imports.cancel(id, operator).catch((error: unknown) => error);
    const after = await world.imports.run(id);

    expect([(await stopping[0])?.state, record.state, after.state]).to.deep.equal([
      'cancelled',
      'cancelled',
      'cancelled',
    ]);
    expect(isTrellisError(again) && again.code).to.equal('import_over');
    expect(record.totals.created).to.be.within(500, 3000);
    const there = await world.rows('select count(*)::integer as n from core.accounts');
    expect(there).to.deep.equal([{ n: record.totals.created }]);
    const [set] = await world.rows('select state, counts from core.change_sets');
    expect(set).to.deep.equal({ state: 'cancelled', counts: { created: record.totals.created } });
  });

  it('refuses only the row that is not unique when the record layer refuses the set', async () => {
    await world.host.records(User).create({ name: 'Ann', email: 'ann@x.example' });
    const rows = Array.from(
      { length: 20 },
      (_, index) => `${index},Person ${index},${index === 13 ? 'ANN' : `p${index}`}@x.example,`,
    );
    const text = `id,name,email,team\n${rows.join('\n')}\n`;

    const dry = await world.import(text, { mapping: people, isDryRun: true });
    const real = await world.import(text, { mapping: people });

    expect(real.totals).to.deep.include({ created: 19, refused: 1 });
    expect(dry.totals).to.deep.equal(real.totals);
    const [problem] = await world.imports.problems(real, 10);
    expect(problem).to.include({ line: 15, column: 'email', code: 'not_unique' });
  });

  it('finds references by name, and refuses rows whose reference is unknown or ambiguous', async () => {
    await world.import('name\nNorth\nTwin\n', { entity: 'core.team' });
    await world.import('name\nTwin\n', { entity: 'core.team', match: 'none' });

    const record = await world.import('id,name,email,team\n1,Ann,,North\n2,Bob,,South\n3,Cid,,Twin\n', {
      mapping: people,
    });

    expect(record.totals).to.deep.include({ created: 1, refused: 2 });
    const problems = await world.imports.problems(record, 10);
    expect(problems.map(({ line, column, code }) => [line, column, code])).to.deep.equal([
      [3, 'team', 'unknown_reference'],
      [4, 'team', 'ambiguous_reference'],
    ]);
  });

  it('matches contacts by e-mail without a mapping', async () => {
    const text = 'name,email,account\nJane Roe,JANE@roe.example,Acme\n';
    await world.import('name\nAcme\n', { entity: 'core.account' });
    await world.import(text, { entity: 'core.contact' });

    const again = await world.import('name,email,job title\nJane Roe-Smith,jane@roe.example,CFO\n', {
      entity: 'core.contact',
    });

    expect(again.totals).to.deep.include({ created: 0, changed: 1 });
    const [jane] = await world.host.query(Contact);
    expect(jane).to.deep.include({ name: 'Jane Roe-Smith', jobTitle: 'CFO' });
    expect(jane?.accounts).to.have.length(1);
  });

  it('finds a record also when another row’s address belongs to more records than a query gives', async () => {
    await world.import('name,email\nAnn,ann@x.example\n', { entity: 'core.contact' });
    const office = Array.from({ length: 1100 }, (_, index) => `Office ${index},office@x.example`);
    await world.import(`name,email\n${office.join('\n')}\n`, { entity: 'core.contact', match: 'none' });

    const record = await world.import('name,email\nOffice,office@x.example\nAnn,ann@x.example\n', {
      entity: 'core.contact',
    });

    expect(record.totals).to.deep.include({ created: 0, unchanged: 1, refused: 1 });
    const [problem] = await world.imports.problems(record, 10);
    expect(problem).to.include({ line: 2, code: 'ambiguous_match' });
  });

  it('leaves values alone where the cell is empty, unless blanks shall clear', async () => {
    const mapping: ImportMapping = {
      source: 'test',
      records: [{ entity: 'core.account', match: { field: 'name' }, fields: { name: 'name', industry: 'industry' } }],
    };
    await world.import('name,industry\nAcme,Steel\n', { mapping });

    const kept = await world.import('name,industry\nAcme,\n', { mapping });
    const cleared = await world.import('name,industry\nAcme,\n', { mapping: { ...mapping, blanks: 'clear' } });

    expect(kept.totals).to.deep.include({ unchanged: 1 });
    expect(cleared.totals).to.deep.include({ changed: 1 });
    expect((await world.host.query(Account).first())?.industry).to.equal(null);
  });

  it('takes rows of new records only, or of records that exist, and says which the others are', async () => {
    await world.import('name,industry\nOld,Steel\n', { entity: 'core.account' });
    const text = 'name,industry\nOld,Wood\nNew,Glass\n';

    const update = await world.import(text, { entity: 'core.account', mode: 'update', isDryRun: true });
    const create = await world.import(text, { entity: 'core.account', mode: 'create' });

    expect(update.totals).to.deep.include({ created: 0, changed: 1, refused: 1 });
    expect((await world.imports.problems(update, 1))[0]).to.include({ line: 3, code: 'no_such_record' });
    expect(create.totals).to.deep.include({ created: 1, changed: 0, refused: 1 });
    expect((await world.imports.problems(create, 1))[0]).to.include({ line: 2, code: 'exists_already' });
  });

  it('creates what a column refers to where that was planned, and finds it by name or e-mail address', async () => {
    const accounts = { column: 'company', ref: 'name' };
    const mapping: ImportMapping = {
      source: 'test',
      records: [
        { entity: 'core.account', optional: true, match: { field: 'name' }, fields: { name: 'company' } },
        {
          entity: 'core.contact',
          match: { field: 'emails.email' },
          fields: { name: 'name', emails: 'mail', accounts: { entries: [{ account: accounts }] } },
        },
      ],
    };
    const text = 'name,mail,company\nAnn,a@x.example,Acme\nBob,b@x.example,Acme\nCid,c@x.example,\n';

    const dry = await world.import(text, { mapping, isDryRun: true });
    const record = await world.import(text, { mapping });

    expect(record.totals.entities).to.deep.equal({
      'core.account': { created: 1, changed: 0, unchanged: 0 },
      'core.contact': { created: 3, changed: 0, unchanged: 0 },
    });
    expect(dry.totals).to.deep.equal(record.totals);
  });

  it('does not resurrect a record that lies in the trash', async () => {
    await world.import('key,name\n1,Acme\n', { entity: 'core.account', match: 'externalId:key' });
    const acme = await world.host.query(Account).first();
    await world.host.records(Account).trash(acme?.id ?? '');

    const record = await world.import('key,name\n1,Acme\n', { entity: 'core.account', match: 'externalId:key' });

    expect(record.totals).to.deep.include({ created: 0, refused: 1 });
    expect((await world.imports.problems(record, 1))[0]).to.include({ code: 'record_not_available', column: 'key' });
  });

  it('goes on after an interruption with the set behind the last committed one, and doubles nothing', async () => {
    const rows = Array.from({ length: 1300 }, (_, index) => `${index},Company ${index}`);
    const file = fileOfBytes('x.csv', Buffer.from(`key,name\n${rows.join('\n')}\n`));
    const request = { file, isDryRun: false, entity: 'core.account', match: 'externalId:key' };
    const accepted = await world.imports.accept(request, operator);
    const stop = new AbortController();

    const interrupted = world.imports.run(accepted.id, { signal: stop.signal, onProgress: () => stop.abort() });

    await interrupted.then(
      () => expect.fail('it was to be interrupted'),
      () => undefined,
    );
    expect(await findImport(world.host.database.knex, accepted.id)).to.include({ state: 'running', rowsDone: 500 });
    const record = await world.imports.run(accepted.id);
    expect(record).to.include({ state: 'done', rowsDone: 1300 });
    expect(record.totals).to.deep.include({ created: 1300, unchanged: 0 });
    expect(await world.host.count('core.accounts')).to.equal(1300);
    expect(await world.host.count('core.audit_log')).to.equal(1300);
    expect(await world.rows('select count(distinct change_set) as sets from core.audit_log')).to.deep.equal([
      { sets: 1 },
    ]);
  });

  it('stops when another process has taken the import over', async () => {
    const file = fileOfBytes('x.csv', Buffer.from('name\nAcme\n'));
    const accepted = await world.imports.accept({ file, isDryRun: false, entity: 'core.account' }, operator);
    const outcome = { from: 7, to: 8, totals: accepted.totals, problems: [], deferred: [] };

    const saved = world.host.database.knex.transaction((trx) => saveChunk(trx, accepted.id, outcome));

    await saved.then(
      () => expect.fail('it was to be refused'),
      (error: unknown) => expect(error).to.be.instanceOf(ImportTakenOver),
    );
  });

  it('needs the right to import, and writes no further than the actor may', async () => {
    const reader = identityOf({
      userId: '018f0000-0000-7000-8000-000000000001',
      reach: reaches({ 'core.account:read': 'all' }),
    });
    const refused = await world
      .import('name\nAcme\n', { entity: 'core.account' }, reader)
      .catch((error: unknown) => error);
    expect(refused).to.include({ code: 'may_not_import', status: 403 });

    await world.import('name\nAcme\n', { entity: 'core.account' });
    const ann = await world.host.records(User).create({ name: 'Ann' });
    const grants = {
      'core.account:read': 'all',
      'core.account:import': 'own',
      'core.account:create': 'own',
      'core.account:update': 'own',
    } as const;
    const seller = identityOf({ userId: ann.id, reach: reaches(grants) });
    const text = 'name,industry\nAcme,Taken over\nBeta,Mine\n';
    const dry = await world.import(text, { entity: 'core.account', isDryRun: true }, seller);
    const record = await world.import(text, { entity: 'core.account' }, seller);

    expect(record.totals).to.deep.include({ created: 1, changed: 0, refused: 1 });
    expect(dry.totals).to.deep.equal(record.totals);
    expect(await world.host.query(Account).where({ owner: ann.id }).count()).to.equal(1);
    expect((await world.host.query(Account).where({ name: 'Acme' }).first())?.industry).to.equal(null);
  });

  it('says in a dry run too that records cannot be made for others', async () => {
    const [ann, bob] = await world.host.records(User).createMany([{ name: 'Ann' }, { name: 'Bob' }]);
    const grants = {
      'core.user:read': 'all',
      'core.account:read': 'all',
      'core.account:import': 'own',
      'core.account:create': 'own',
      'core.account:update': 'own',
    } as const;
    const seller = identityOf({ userId: ann?.id ?? '', reach: reaches(grants) });
    const text = `name,owner\nMine,Ann\nTheirs,Bob\nNobody's,\n`;

    const dry = await world.import(text, { entity: 'core.account', isDryRun: true }, seller);
    const record = await world.import(text, { entity: 'core.account' }, seller);

    expect(bob).to.not.equal(undefined);
    expect(record.totals).to.deep.include({ created: 2, refused: 1 });
    expect(dry.totals).to.deep.equal(record.totals);
    expect((await world.imports.problems(record, 1))[0]).to.include({ line: 3, code: 'owner_out_of_reach' });
  });

  const refusals: [string, Parameters<ImportHost['import']>, string][] = [
    ['an empty file', [''], 'empty_file'],
    ['a NUL byte', ['name\nA\0\n'], 'contains_nul'],
    ['another encoding than the one named', ['name\nA\n', { encoding: 'utf-16le' }], 'not_in_encoding'],
    ['names of columns without rows', ['name,industry\n'], 'no_rows'],
    ['a wrong delimiter', ['name;industry\nAcme;Steel\n', { delimiter: ',' }], 'wrong_delimiter'],
    ['a duplicate header', ['name,Name\nAcme,Acme\n'], 'duplicate_header'],
    ['a missing column', ['industry\nSteel\n'], 'missing_column'],
    ['2,000 columns', [`${Array.from({ length: 2000 }, (_, index) => `c${index}`).join(',')}\n`], 'too_many_columns'],
    [
      'a file larger than 200 MB',
      ['', { file: { ...fileOfBytes('x.csv', Buffer.from('a')), sizeBytes: 200 * 1024 * 1024 + 1 } }],
      'file_too_large',
    ],
    ['a line of 5 MB', [`name\n${'a'.repeat(5 * 1024 * 1024)}\n`], 'line_too_long'],
    ['an entity nobody knows', ['name\nAcme\n', { entity: 'core.unicorn' }], 'unknown_entity'],
  ];
  for (const [what, [text, request], code] of refusals) {
    it(`refuses ${what} as a whole`, async () => {
      const error: unknown = await world
        .import(text, { entity: 'core.account', ...request })
        .catch((thrown: unknown) => thrown);

      expect(isTrellisError(error) ? error.code : error).to.equal(code);
      expect(await world.host.count('core.imports')).to.equal(0);
    });
  }
});

async function textOf(parts: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const part of parts) text += part;
  return text;
}
