import { Account, extendEntity, field } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { pino } from 'pino';
import { compileEntity } from '../../../dist/records/compile-entity.js';
import { addKeptColumns, keepAnswers, keepAnswersJob, noteUnkept } from '../../../dist/records/index.js';
import { openEventDatabase, type EventDatabase } from '../../events/event-database.js';

const account = compileEntity(Account, []);

describe('the upkeep of kept answers', () => {
  let database: EventDatabase;

  beforeEach(async () => {
    database = await openEventDatabase();
  });

  afterEach(() => database.close());

  const asked = async (): Promise<number> => {
    await noteUnkept(database.knex, [account], pino({ level: 'silent' }));
    const { rows } = await database.knex.raw<{ rows: { key: string }[] }>('select key from graphile_worker.jobs');
    return rows.filter(({ key }) => key === `core:${keepAnswersJob}`).length;
  };

  const insertAccount = (): Promise<unknown> =>
    database.knex.raw('insert into core.accounts (id, name) values (gen_random_uuid(), ?)', ['Acme']);

  it('gives tables the column that an older plugin did not declare, with its trigger', async () => {
    await database.knex.raw('drop trigger forget_kept on core.accounts');
    await database.knex.raw('alter table core.accounts drop column kept');

    await addKeptColumns(database.knex, [account]);
    await addKeptColumns(database.knex, [account]);
    await insertAccount();
    await keepAnswers(database.knex, [account]);
    await database.knex.raw("update core.accounts set name = 'Past the record layer'");

    expect(await database.knex('core.accounts').select('kept')).to.deep.equal([{ kept: null }]);
  });

  it('asks nothing of a plugin that adds lists alone, which no row keeps', async () => {
    const visits = field.list({ day: field.date({ required: true }) });
    const visited = compileEntity(Account, [{ ...extendEntity(Account, { visits }), plugin: 'visits' }]);
    await insertAccount();

    await addKeptColumns(database.knex, [visited]);

    expect(await keepAnswers(database.knex, [visited])).to.deep.equal(new Map([['core.account', 1]]));
  });

  it('has the job run when the oldest rows lack what they could keep, once', async () => {
    expect(await asked(), 'no rows').to.equal(0);

    await insertAccount();

    expect(await asked()).to.equal(1);
    expect(await asked(), 'asked again').to.equal(1);
  });

  it('leaves rows alone that keep what this declaration answers', async () => {
    await insertAccount();
    await keepAnswers(database.knex, [account]);
    expect(await asked()).to.equal(0);

    await database.knex.raw("update core.accounts set kept = array['of another declaration', '{']");

    expect(await asked()).to.equal(1);
  });
});
