import { Account, User } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { pino } from 'pino';
import { readRecentRecords } from '../../../dist/records/recent/recent-records.js';
import { createVisitBook, type VisitBook } from '../../../dist/records/recent/visit-book.js';
import { identityOf, openRecordHost, reaches, type RecordHost } from '../record-host.js';

describe('the book of visits', () => {
  let host: RecordHost;
  let book: VisitBook;
  let userId: string;

  before(async () => {
    host = await openRecordHost();
    const [user] = await host.records(User).createMany([{ name: 'Visitor' }]);
    userId = user?.id ?? '';
    book = createVisitBook({
      database: { work: host.database.knex },
      clock: host.clock,
      log: pino({ level: 'silent' }),
    });
  });

  after(() => host.close());

  const recent = (reach: 'own' | 'all' = 'all'): ReturnType<typeof readRecentRecords> => {
    const identity = identityOf({ userId, reach: reaches({ 'core.account:read': reach }) });
    const { generation, database } = host;
    return readRecentRecords({ generation, identity, db: database.knex, elevatedFor: null, phoneCountry: null }, 50);
  };

  it('keeps the last fifty of a person, however many come at once', async () => {
    const records = await host.records(Account).createMany(Array.from({ length: 60 }, (_, n) => ({ name: `No ${n}` })));
    for (const [place, { id }] of records.entries()) {
      host.clock.advance(1000);
      book.note({ userId, entity: 'core.account', recordId: id });
      if (place % 7 === 0) await book.flush();
    }
    await book.flush();
    book.note({ userId, entity: 'core.account', recordId: records[59]?.id ?? '' });
    await book.flush();

    const titles = (await recent()).map(({ title }) => title);
    expect(titles).to.have.length(50);
    expect([titles[0], titles[49]]).to.deep.equal(['No 59', 'No 10']);
    expect(await host.count('core.recent_records')).to.equal(50);
  });

  it('shows only what may be read', async () => {
    expect(await recent('own')).to.deep.equal([]);
  });

  it('takes no notice of somebody who is gone, and goes on', async () => {
    const gone = '00000000-0000-7000-8000-00000000dead';
    book.note({ userId: gone, entity: 'core.account', recordId: gone });
    await book.flush();

    expect(await host.count('core.recent_records')).to.equal(50);
  });

  it('asks the database once for many visits', async () => {
    const statements = await host.sentBy(async () => {
      for (const { id } of await recent()) book.note({ userId, entity: 'core.account', recordId: id });
      await book.flush();
    });

    expect(statements.filter((text) => text.includes('recent_records'))).to.have.length(2);
  });
});
