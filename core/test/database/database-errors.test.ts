import { expect } from 'chai';
import { pino } from 'pino';
import { classifyDatabaseError, openDatabase, type Database } from '../../dist/database/index.js';
import { createTestDatabase, type TestDatabase } from '../../dist/testing/index.js';

describe('classifyDatabaseError', () => {
  let home: TestDatabase;
  let database: Database;

  before(async () => {
    home = await createTestDatabase();
    database = openDatabase({ url: home.url }, pino({ level: 'silent' }));
    await database.knex.raw(`
      create table things (
        id int constraint things_pkey primary key,
        parent int constraint things_parent_fkey references things,
        name varchar(3) not null constraint things_name_check check (name <> 'bad'))`);
    await database.knex.raw(`insert into things values (1, null, 'one')`);
  });

  after(async () => {
    await database.close();
    await home.drop();
  });

  for (const [statement, fault, name] of [
    [`insert into things values (1, null, 'two')`, 'unique', 'things_pkey'],
    [`insert into things values (2, 99, 'two')`, 'foreign_key', 'things_parent_fkey'],
    [`insert into things values (2, null, null)`, 'not_null', 'name'],
    [`insert into things values (2, null, 'bad')`, 'check', 'things_name_check'],
    [`insert into things values (2, null, 'long')`, 'out_of_range', undefined],
    [`select * from things where id = 99999999999::int`, 'out_of_range', undefined],
    [`select 'x'::uuid`, 'bad_text', undefined],
  ] as const) {
    it(`finds ${fault} in: ${statement}`, async () => {
      const error: unknown = await database.knex.raw(statement).catch((caught: unknown) => caught);

      const problem = classifyDatabaseError(error);

      expect(problem?.fault).to.equal(fault);
      expect(problem?.constraint ?? problem?.column).to.equal(name);
    });
  }

  it('takes no other error for one of the database', () => {
    expect(classifyDatabaseError(new TypeError('x is not a function'))).to.equal(undefined);
    expect(classifyDatabaseError('text')).to.equal(undefined);
  });
});
