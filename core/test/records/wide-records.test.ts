import { defineEntity, extendEntity, field } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { openDatabase, prepare, runPrepared, type Database } from '../../dist/database/index.js';
import { compileEntity } from '../../dist/records/index.js';
import { statementOf } from '../../dist/records/statements/read-plan.js';
import { recordsShape } from '../../dist/records/statements/record-statement.js';
import { sql } from '../../dist/records/sql.js';
import { createTestDatabase, type TestDatabase } from '../../dist/testing/index.js';
import { pino } from 'pino';

const many = Array.from({ length: 60 }, (_none, number) => `field${number}`);
const texts = Object.fromEntries(many.map((name) => [name, field.text()]));

describe('records with more fields than a function has arguments', () => {
  let home: TestDatabase;
  let database: Database;

  before(async () => {
    home = await createTestDatabase();
    database = openDatabase({ url: home.url }, pino({ level: 'silent' }));
  });

  after(async () => {
    await database.close();
    await home.drop();
  });

  it('are read whole: own ones, entries of lists and those of a plugin', async () => {
    const Wide = defineEntity('wide.thing', { plural: 'things', fields: { rows: field.list(texts) }, title: 'rows' });
    const entity = compileEntity(Wide, [{ ...extendEntity(Wide, texts), plugin: 'more' }]);
    const columns = many.map((name) => `${name} text default '${name}?'`).join(', ');
    await database.knex.raw(
      `create schema p_wide; create schema p_more;
      create table p_wide.things (id uuid, created_at timestamptz, updated_at timestamptz, created_by uuid, updated_by uuid,
        version integer, deleted_at timestamptz, lists jsonb);
      create table p_wide.thing_rows (thing_id uuid, position integer, ${columns});
      create table p_more.thing_x (record_id uuid, ${columns});
      insert into p_wide.things (id, version) values ('${id}', 1);
      insert into p_wide.thing_rows (thing_id, position) values ('${id}', 1);
      insert into p_more.thing_x (record_id) values ('${id}')`.replaceAll('?', '\\?'),
    );

    const plan = { entity, fields: entity.fieldList, included: [], condition: sql('true') };
    const [row = []] = await runPrepared(database.knex, prepare(statementOf(plan, recordsShape, 'built').text), []);

    const expected = Object.fromEntries(many.map((name) => [name, `${name}?`]));
    const [record] = JSON.parse(String(row[0])) as readonly { readonly [name: string]: unknown }[];
    expect(record).to.deep.include({ id, rows: [expected], more: expected });
  });

  const id = '00000000-0000-7000-8000-000000000001';
});
