import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Account, Contact } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { PlannedRecords } from '../../dist/imports/engine/planned-records.js';
import { FingerprintTable, fingerprintOf } from '../../dist/imports/fingerprint-table.js';
import type { CompiledEntity } from '../../dist/records/compiled-entity.js';

/** As far as a dry run looks at one. */
const account = { definition: Account } as unknown as CompiledEntity;
const contact = { definition: Contact } as unknown as CompiledEntity;

describe('what an import keeps of the rows before', () => {
  it('finds each of many texts, with what was said of it last, and no other', () => {
    const table = new FingerprintTable(2);
    const count = 20_000;

    for (let n = 0; n < count; n += 1) table.set(fingerprintOf(`key ${n}`), [n, 4_000_000_000]);
    for (let n = 0; n < count; n += 5) table.set(fingerprintOf(`key ${n}`), [n, 7]);

    const wrong = Array.from({ length: count }, (_, n) => n).filter((n) => {
      const [line, word] = table.find(fingerprintOf(`key ${n}`)) ?? [];
      return line !== n || word !== (n % 5 === 0 ? 7 : 4_000_000_000);
    });
    expect(wrong).to.deep.equal([]);
    expect(table.find(fingerprintOf(`key ${count}`))).to.equal(undefined);
  });

  it('knows a planned record by its title and its key in later sets, and a record that was there by its key', () => {
    const planned = new PlannedRecords();
    const there = '01900000-0000-7000-8000-0000000000ff';
    const first = planned.openSet();
    const id = first.add(account, { name: 'Ada & Co' });
    first.link('core.account', 'k1', id);
    first.link('core.account', 'k2', there);

    expect(planned.openSet().findKey('core.account', 'k1'), 'of a set that has not gone through').to.equal(undefined);
    first.absorb();
    const later = planned.openSet();

    expect(later.findKey('core.account', 'k1')).to.equal(id);
    expect(later.findValue(account, 'name', 'Ada & Co')).to.equal(id);
    expect(later.findKey('core.account', 'k2')).to.equal(there);
    expect([later.has(id), later.has(there)]).to.deep.equal([true, false]);
    expect(later.add(account, { name: 'Other' })).to.not.equal(id);
  });

  it('keeps no titles that no row can name', () => {
    const planned = new PlannedRecords((entity) => entity === 'core.account');
    const set = planned.openSet();
    set.add(contact, { name: 'Ada' });
    set.add(account, { name: 'Ada' });

    expect(set.findValue(contact, 'name', 'Ada')).to.equal(undefined);
    expect(set.findValue(account, 'name', 'Ada')).to.not.equal(undefined);
  });

  it('has room for many keys, planned and in the file, where a map of their texts would have none', async () => {
    const run = (script: string): Promise<unknown> =>
      promisify(execFile)(process.execPath, [
        '--max-old-space-size=12',
        '--max-semi-space-size=4',
        '--input-type=module',
        '-e',
        script,
      ]);
    const ledger = new URL('../../dist/imports/mapping/key-ledger.js', import.meta.url).href;
    const records = new URL('../../dist/imports/engine/planned-records.js', import.meta.url).href;
    const rows = 'for (let n = 0; n < 150_000; n += 1)';

    await run(`import { KeyLedger } from '${ledger}'; const keys = new KeyLedger();
      ${rows} keys.enter({ record: { index: 0 }, line: n, key: 'person-' + n + '@import.example', values: { n } });`);
    await run(`import { PlannedRecords } from '${records}'; const planned = new PlannedRecords();
      for (let n = 0; n < 60; n += 1) { const set = planned.openSet();
        for (let row = 0; row < 2500; row += 1) set.link('core.contact', n + '-' + row, set.add({ definition: { id: 'core.contact', title: 'name', fields: {} } }, {}));
        set.absorb(); }`);
  }).timeout(120_000);
});
