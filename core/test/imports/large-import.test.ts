import { Account } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { findImport } from '../../dist/imports/import-store.js';
import { operator } from '../records/record-host.js';
import { fileOfBytes } from '../../dist/imports/files/import-file.js';
import { openImportHost, type ImportHost } from './import-host.js';

describe('an import of several sets', () => {
  let world: ImportHost;

  before(async () => {
    world = await openImportHost();
  });

  after(() => world.close());

  const rowsOf = (count: number, nameOf = (index: number) => `Company ${index}`): string =>
    Array.from({ length: count }, (_, index) => `${index},${nameOf(index)}`).join('\n');
  const request = { entity: 'core.account', match: 'externalId:key' } as const;

  it('makes records, audit rows, events and search rows once each, however often it is broken off', async () => {
    const file = fileOfBytes('x.csv', Buffer.from(`key,name\n${rowsOf(4200)}\n`));
    const accepted = await world.imports.accept({ file, isDryRun: false, ...request }, operator);
    let interruptions = 0;
    const runUntilInterrupted = async (): Promise<boolean> => {
      const stop = new AbortController();
      const run = world.imports.run(accepted.id, { signal: stop.signal, onProgress: () => stop.abort() });
      return run.then(
        () => true,
        () => false,
      );
    };

    while (!(await runUntilInterrupted())) interruptions += 1;

    expect(interruptions).to.be.at.least(2);
    const record = await findImport(world.host.database.knex, accepted.id);
    expect(record).to.deep.include({ state: 'done', rowsDone: 4200 });
    expect(record?.totals).to.deep.include({ created: 4200, changed: 0, unchanged: 0, refused: 0 });
    const counts = ['core.accounts', 'core.audit_log', 'core.events', 'core.pending_events', 'core.external_ids'];
    for (const table of counts) expect(await world.host.count(table), table).to.equal(4200);
    expect(await world.host.count(`core.search_entries where entity = 'core.account'`)).to.equal(4200);
  });

  it('changes what differs and nothing else the second time', async () => {
    const text = `key,name\n${rowsOf(4200, (index) => (index === 3000 ? 'Another name' : `Company ${index}`))}\n`;

    const record = await world.import(text, request);

    expect(record.totals).to.deep.include({ created: 0, changed: 1, unchanged: 4199 });
    expect(await world.host.query(Account).search('another').count()).to.equal(1);
  });

  it('knows a record that a set just before it made', async () => {
    const rows = Array.from({ length: 3000 }, (_, index) => `Again ${index % 1500}`).join('\n');

    const record = await world.import(`name\n${rows}\n`, { entity: 'core.account', match: 'name' });

    expect(record.totals).to.deep.include({ created: 1500, refused: 0 });
    expect(await world.host.query(Account).where({ name: 'Again 700' }).count()).to.equal(1);
  });

  it('keeps only the bad rows of a large set out', async () => {
    const bad = new Set([700, 1499, 1501, 2999]);
    const rows = Array.from({ length: 3000 }, (_, index) => `Row ${index},${bad.has(index) ? 'x' : '5'}`).join('\n');

    const record = await world.import(`name,employees\n${rows}\n`, { entity: 'core.account', match: 'none' });

    expect(record.totals).to.deep.include({ created: 2996, refused: 4 });
    expect((await world.imports.problems(record, 9)).map(({ line }) => line)).to.deep.equal([702, 1501, 1503, 3001]);
  });
});
