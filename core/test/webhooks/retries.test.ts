import { expect } from 'chai';
import { maxAttempts, retryAfterMs, retryDelayMs } from '../../dist/webhooks/retries.js';
import { purgeWebhooks } from '../../dist/webhooks/retention.js';
import { openEventDatabase } from '../events/event-database.js';

describe('tries of a webhook', () => {
  const middle = (): number => 0.5;

  it('take about a day, further and further apart', () => {
    const delays = Array.from({ length: maxAttempts - 1 }, (_, index) => retryDelayMs(index + 1, 0, middle) ?? NaN);

    expect(delays).to.deep.equal(delays.toSorted((left, right) => left - right));
    expect(delays.reduce((sum, delay) => sum + delay)).to.be.within(22 * 3_600_000, 26 * 3_600_000);
    expect(retryDelayMs(maxAttempts)).to.equal(null);
  });

  it('are spread, so that messages that failed together do not come back together', () => {
    expect(retryDelayMs(1, 0, () => 0)).to.equal(4000);
    expect(retryDelayMs(1, 0, () => 0.999)).to.be.within(5990, 6000);
  });

  it('wait longer when the receiver asks, never shorter and never for more than a day', () => {
    expect(retryDelayMs(1, 60_000, middle)).to.equal(60_000);
    expect(retryDelayMs(5, 1000, middle)).to.equal(2 * 3_600_000);
    expect(retryDelayMs(1, 1e12, middle)).to.equal(24 * 3_600_000);
  });

  it('read how long the receiver wants to be left alone', () => {
    expect(['120', '', 'Wed, 21 Oct 2026 07:28:00 GMT', '-1', undefined].map(retryAfterMs)).to.deep.equal([
      120_000, 0, 0, 0, 0,
    ]);
  });
});

describe('purgeWebhooks', () => {
  it('forgets messages of more than 30 days with their tries, and webhooks removed so long ago', async () => {
    const database = await openEventDatabase();
    const { knex } = database;
    const now = new Date('2026-06-30T00:00:00Z');
    const old = new Date('2026-05-30T00:00:00Z');
    const young = new Date('2026-06-01T00:00:00Z');
    const webhook = { url: 'https://example.com', topics: ['*'], secret: {}, created_at: old, updated_at: old };
    await knex('core.webhooks').insert([
      { ...webhook, id: '01900000-0000-7000-8000-000000000001' },
      { ...webhook, id: '01900000-0000-7000-8000-000000000002', deleted_at: old },
    ]);
    const message = {
      message_id: 'm',
      type: 't',
      order_key: 'k',
      position: 1,
      body: '{}',
      next_at: old,
      changed_at: old,
    };
    for (const [id, at] of [
      ['01900000-0000-7000-8000-000000000011', old],
      ['01900000-0000-7000-8000-000000000012', young],
    ] as const) {
      const of = { webhook_id: '01900000-0000-7000-8000-000000000001', created_at: at };
      await knex('core.webhook_deliveries').insert({ ...message, ...of, id });
      await knex('core.webhook_attempts').insert({ delivery_id: id, at, duration_ms: 1 });
    }

    await purgeWebhooks(knex, now);

    const left = async (table: string): Promise<number> => (await knex(table).select(knex.raw('1'))).length;
    expect(await left('core.webhooks')).to.equal(1);
    expect(await left('core.webhook_deliveries')).to.equal(1);
    expect(await left('core.webhook_attempts')).to.equal(1);
    await database.close();
  });
});
