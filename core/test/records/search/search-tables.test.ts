import { defineEntity, field } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { divideSearchEntries } from '../../../../migrations/dist/records/20261123100500_divide-search-entries.js';
import { compileEntity, type CompiledEntity } from '../../../dist/records/index.js';
import {
  addSearchTables,
  dropSearchTables,
  emptySearchTables,
  searchTableOf,
} from '../../../dist/records/search/search-tables.js';
import { openRecordHost, type RecordHost } from '../record-host.js';

describe('the search tables of entities', () => {
  let host: RecordHost;

  before(async () => {
    host = await openRecordHost();
  });

  after(() => host.close());

  const searched = (id: `${string}.${string}`): CompiledEntity =>
    compileEntity(
      defineEntity(id, {
        plural: 'things',
        title: 'name',
        fields: { name: field.text({ required: true, search: true }) },
      }),
      [],
    );
  const partsOf = async (prefix: string): Promise<string[]> => {
    const { rows } = await host.database.knex.raw<{ rows: { name: string }[] }>(
      `select inhrelid::regclass::text as name from pg_inherits
       where inhparent = 'core.search_entries'::regclass and starts_with(inhrelid::regclass::text, ?) order by 1`,
      [`core.search_of_${prefix}__`],
    );
    return rows.map(({ name }) => name);
  };
  const add = async (entity: string): Promise<void> => {
    await host.database.knex.raw(
      `insert into core.search_entries (entity, record_id, updated_at, text, terms) values (?, gen_random_uuid(), now(), ' one', '')`,
      [entity],
    );
  };

  it('are made once, however many ask at a time, and take what older processes write to the whole', async () => {
    const entity = searched('tables-lab.oldThing');
    await Promise.all([1, 2, 3].map(() => addSearchTables(host.database.knex, [entity])));

    await add('tables-lab.oldThing');

    expect(await partsOf('tables_lab')).to.deep.equal(['core.search_of_tables_lab__old_thing']);
    expect(await host.count(searchTableOf('tables-lab.oldThing'))).to.equal(1);
  });

  it('are not made of what nothing is searched of', async () => {
    const silent = compileEntity(
      defineEntity('quiet.thing', { plural: 'things', title: 'name', fields: { name: field.text() } }),
      [],
    );

    await addSearchTables(host.database.knex, [silent]);

    expect(await partsOf('quiet')).to.deep.equal([]);
  });

  it('have names of their own however long those of the entities are', async () => {
    const ids = ['a', 'b'].map((end) => `long.${'x'.repeat(60)}${end}` as const);

    await addSearchTables(host.database.knex, ids.map(searched));
    for (const id of ids) await add(id);

    expect(await partsOf('long')).to.have.length(2);
    expect(await Promise.all(ids.map((id) => host.count(searchTableOf(id))))).to.deep.equal([1, 1]);
  });

  it('are emptied when their module leaves and dropped when it is deleted for good; others stay', async () => {
    const ids = ['leaving.one', 'leaving.two', 'leaving-soon.one'] as const;
    await addSearchTables(host.database.knex, ids.map(searched));
    for (const id of ids) await add(id);

    await host.database.knex.transaction((trx) => emptySearchTables(trx, 'leaving'));
    const left = await Promise.all(ids.map((id) => host.count(searchTableOf(id))));
    await host.database.knex.transaction((trx) => dropSearchTables(trx, 'leaving'));

    expect(left).to.deep.equal([0, 0, 1]);
    expect(await partsOf('leaving')).to.deep.equal([]);
    expect(await partsOf('leaving_soon')).to.deep.equal(['core.search_of_leaving_soon__one']);
  });

  it('come from the one table of before with all its rows, and go back into it', async () => {
    await addSearchTables(host.database.knex, [searched('moving.thing')]);
    await add('moving.thing');
    await add('core.account');
    const before = await host.count('core.search_entries');
    const run = (text: string, values: readonly unknown[] = []) =>
      host.database.knex
        .raw<{ rows: Record<string, unknown>[] }>(text.replaceAll('$1', '?'), [...values] as string[])
        .then(({ rows }) => rows);
    const tools = { sql: run } as unknown as Parameters<typeof divideSearchEntries.up>[0];

    await divideSearchEntries.down?.(tools);
    const [whole, parts] = [await host.count('core.search_entries'), await partsOf('moving').catch(() => [])];
    await divideSearchEntries.up(tools);

    expect([whole, parts]).to.deep.equal([before, []]);
    expect(await host.count('core.search_entries')).to.equal(before);
    expect(await partsOf('moving')).to.deep.equal(['core.search_of_moving__thing']);
  });
});
