import { Account, Contact, defineEntity, extendEntity, field } from '@trellis-crm/sdk';
import {
  keptAnswers,
  listTable,
  money,
  recordColumns,
  recordIndexes,
  references,
  sideTable,
  type Migration,
} from '@trellis-crm/sdk/migrations/v1';

/** A parent that takes its samples along. */
export const Batch = defineEntity('lab.batch', {
  plural: 'batches',
  fields: { name: field.text({ required: true, max: 50 }), parent: field.ref('self', { onDelete: 'cascade' }) },
  title: 'name',
});

/** A parent that must not go while samples refer to it. */
export const Method = defineEntity('lab.method', {
  plural: 'test_methods',
  fields: { name: field.text({ required: true }) },
  title: 'name',
});

/** One field of every kind. */
export const Sample = defineEntity('lab.sample', {
  plural: 'samples',
  fields: {
    name: field.text({ required: true, max: 40, index: true }),
    code: field.text({ unique: true }),
    notes: field.longText(),
    count: field.integer({ min: 0, max: 1000, index: true }),
    weight: field.decimal({ scale: 3, min: -10 }),
    share: field.percent({ min: 0, max: 100 }),
    price: field.money({ index: true }),
    isFragile: field.boolean(),
    takenOn: field.date(),
    seenAt: field.dateTime(),
    lasted: field.duration({ min: 0 }),
    state: field.choice(['new', 'tested', 'gone'], { default: 'new', index: true }),
    verdict: field.choice(['good', 'bad'], { readOnly: true }),
    tags: field.choices(['red', 'green', 'blue']),
    batch: field.ref(Batch, { onDelete: 'cascade' }),
    method: field.ref(Method, { onDelete: 'restrict' }),
    account: field.ref(Account, { onDelete: 'clear' }),
    original: field.ref('self', { onDelete: 'clear' }),
    email: field.email(),
    phone: field.phone(),
    link: field.url(),
    readings: field.list(
      {
        value: field.decimal({ required: true }),
        cost: field.money(),
        at: field.dateTime(),
        contact: field.ref(Contact, { onDelete: 'cascade' }),
      },
      { max: 3 },
    ),
    raw: field.json(),
    secret: field.text({ restricted: true }),
  },
  title: 'name',
  owned: true,
});

/** What lab adds to accounts. */
export const accountExtension = extendEntity(Account, {
  grade: field.choice(['a', 'b'], { default: 'b' }),
  inspector: field.ref('core.user', { onDelete: 'clear' }),
  budget: field.money(),
  hidden: field.text({ restricted: true }),
  visits: field.list({ day: field.date({ required: true }) }),
});

const createLab: Migration = {
  name: '20260102090000_create-lab',
  phase: 'expand',
  async up({ schema }) {
    await schema.createTable('batches', (table) => {
      recordColumns(table, { owned: false });
      keptAnswers(table);
      table.text('name').notNullable();
      references(table, 'parent_id', 'p_lab.batches', { onDelete: 'cascade' });
      recordIndexes(table, { owned: false });
    });
    await schema.createTable('test_methods', (table) => {
      recordColumns(table, { owned: false });
      keptAnswers(table);
      table.text('name').notNullable();
      recordIndexes(table, { owned: false });
    });
    await schema.createTable('samples', (table) => {
      recordColumns(table, { owned: true });
      keptAnswers(table);
      table.text('name').notNullable();
      for (const column of ['code', 'notes', 'verdict', 'email', 'phone', 'link', 'secret']) table.text(column);
      for (const column of ['count', 'lasted']) table.integer(column);
      table.numeric('weight', 19, 3);
      table.numeric('share', 7, 4);
      money(table, 'price');
      table.boolean('is_fragile').notNullable().defaultTo('false');
      table.date('taken_on');
      table.timestamp('seen_at');
      table.text('state').notNullable().defaultTo("'new'");
      table.textArray('tags').notNullable().defaultTo("'{}'");
      references(table, 'batch_id', 'p_lab.batches', { onDelete: 'cascade' });
      references(table, 'method_id', 'p_lab.test_methods', { onDelete: 'restrict' });
      references(table, 'account_id', 'core.accounts', { onDelete: 'set null' });
      references(table, 'original_id', 'p_lab.samples', { onDelete: 'set null' });
      table.jsonb('raw');
      table.uniqueIndex(['code'], { where: 'deleted_at is null' });
      recordIndexes(table, { owned: true });
    });
    await schema.createTable('sample_readings', (table) => {
      listTable(table, 'sample_id', 'p_lab.samples');
      table.numeric('value', 19, 4).notNullable();
      money(table, 'cost');
      table.timestamp('at');
      references(table, 'contact_id', 'core.contacts', { onDelete: 'cascade' });
    });
    await schema.createTable('account_x', (table) => {
      sideTable(table, 'core.accounts');
      keptAnswers(table);
      table.text('grade').notNullable().defaultTo("'b'");
      references(table, 'inspector_id', 'core.users', { onDelete: 'set null' });
      money(table, 'budget');
      table.text('hidden');
    });
    await schema.createTable('account_visits', (table) => {
      listTable(table, 'account_id', 'core.accounts');
      table.date('day').notNullable();
    });
  },
};

/** Tables of the entities above. */
export const labMigrations: readonly Migration[] = [createLab];
