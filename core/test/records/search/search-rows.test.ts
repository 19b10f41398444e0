import {
  Account,
  Contact,
  defineEntity,
  extendEntity,
  field,
  User,
  type EntityDefinition,
  type Id,
} from '@trellis-crm/sdk';
import { expect } from 'chai';
import { compileEntity } from '../../../dist/records/index.js';
import { openRecordHost, type RecordHost } from '../record-host.js';

interface SearchRow {
  readonly title: string | null;
  readonly text: string;
  readonly details: string | null;
  readonly terms: string;
  readonly owner_id: Id | null;
  readonly team_id: Id | null;
  readonly updated_at: Date;
}

describe('rows of search', () => {
  let host: RecordHost;

  before(async () => {
    host = await openRecordHost();
  });

  after(() => host.close());

  const rowOf = async (id: Id): Promise<SearchRow | undefined> => {
    const { rows } = await host.database.knex.raw<{ rows: SearchRow[] }>(
      'select title, text, details, terms::text as terms, owner_id, team_id, updated_at from core.search_entries where record_id = ?',
      [id],
    );
    return rows[0];
  };

  it('are written with a record: the title first, entries of lists, words of long texts', async () => {
    const contact = await host.records(Contact).create({
      name: 'Zoë  Müller',
      emails: [{ email: 'zoe@acme.test' }],
      phones: [{ phone: '+49 30 901820' }],
      description: 'Prefers the Monday call',
    });

    const row = await rowOf(contact.id);

    expect(row?.title).to.equal('Zoë Müller');
    expect(row?.text).to.equal(' zoe muller\n zoe@acme.test\n +4930901820');
    expect(row?.details).to.equal(null);
    expect(row?.terms.split(' ')).to.include.members(["'monday'", "'mueller'", "'muller'", "'acme'"]);
    expect(row?.text).to.not.contain('monday');
  });

  it('keep what people wrote where folding changes it', async () => {
    const account = await host.records(Account).create({ name: 'Plain', domains: [{ domain: 'Bücher.example' }] });

    expect((await rowOf(account.id))?.details).to.equal('Bücher.example');
  });

  it('follow changes of texts, owner, team and moment', async () => {
    const owner = await host.records(User).create({ name: 'Owner' });
    const account = await host.records(Account).create({ name: 'Before', domains: [{ domain: 'one.test' }] });
    host.clock.advance(1000);

    const given = await host.records(Account).update(account.id, { owner: owner.id, employees: 5 });
    const moved = await rowOf(account.id);
    const renamed = await host
      .records(Account)
      .update(account.id, { name: 'After', domains: [{ domain: 'two.test' }] });
    const after = await rowOf(account.id);

    expect([moved?.text, moved?.owner_id, moved?.team_id]).to.deep.equal([' before\n one.test', owner.id, null]);
    expect(moved?.updated_at.toISOString()).to.equal(given.updatedAt);
    expect([after?.title, after?.text]).to.deep.equal(['After', ' after\n two.test']);
    expect(after?.updated_at.toISOString()).to.equal(renamed.updatedAt);
  });

  it('go with the trash and come back with everything that went along', async () => {
    const account = await host.records(Account).create({ name: 'Parent of all' });
    const contact = await host
      .records(Contact)
      .create({ name: 'Keeps a list', accounts: [{ account: account.id }], emails: [{ email: 'keeps@list.test' }] });

    await host.records(Account).trash(account.id);
    const [gone, other] = [await rowOf(account.id), await rowOf(contact.id)];
    const restored = await host.records(Account).restore(account.id);

    expect(gone).to.equal(undefined);
    expect(other?.text).to.equal(' keeps a list\n keeps@list.test');
    expect((await rowOf(account.id))?.title).to.equal('Parent of all');
    expect((await rowOf(account.id))?.updated_at.toISOString()).to.equal(restored.updatedAt);
  });

  it('are rolled back with the write', async () => {
    const before = await host.count('core.search_entries');
    const failing = host.tx(async (unit) => {
      await host.records(Account, undefined, { unit }).create({ name: 'Never' });
      throw new Error('changed my mind');
    });

    await failing.catch(() => undefined);

    expect(await host.count('core.search_entries')).to.equal(before);
  });
});

describe('what of an entity is searched', () => {
  const fields = {
    name: field.text({ required: true, search: true }),
    salary: field.text({ search: true, restricted: true }),
    remark: field.longText({ search: true }),
    notes: field.list({ line: field.text({ search: true }) }, { restricted: true }),
    plain: field.text(),
  };
  const Person: EntityDefinition = defineEntity('lab.person', { plural: 'people', fields, title: 'name' });

  const pathsOf = (definition: EntityDefinition, extensions = {}) => {
    const extension = { ...extendEntity(definition, extensions), plugin: 'other' };
    return [...(compileEntity(definition, [extension]).search?.paths ?? [])];
  };

  it('are the fields that say so and that everybody may read, those of plugins too', () => {
    const extension = { grade: field.text({ search: true }), secret: field.text({ search: true, restricted: true }) };

    expect(pathsOf(Person, extension)).to.have.members(['name', 'remark', 'other.grade']);
  });

  it('has no title when not everybody may read it', () => {
    const hidden = defineEntity('lab.person', { plural: 'people', fields, title: 'salary' });

    expect(compileEntity(hidden, []).search?.title).to.equal(null);
  });

  it('is nothing for an entity without such a field, and another key with another field', () => {
    const silent = defineEntity('lab.thing', { plural: 'things', fields: { plain: field.text() }, title: 'plain' });
    const keyOf = (definition: EntityDefinition, plugin: string) =>
      compileEntity(definition, [{ ...extendEntity(definition, { a: field.text({ search: true }) }), plugin }]).search
        ?.fieldsKey;

    expect(compileEntity(silent, []).search).to.equal(null);
    expect(keyOf(Person, 'one')).to.not.equal(keyOf(Person, 'two'));
    expect(keyOf(Person, 'one')).to.equal(keyOf(Person, 'one'));
  });
});
