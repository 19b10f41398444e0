import type { CreateOf } from '@trellis-crm/sdk';
import { Account, isTrellisError, User } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { Sample } from './lab.js';
import { identityOf, openRecordHost, reaches, type RecordHost } from './record-host.js';
import { problemsOf, rejection } from './rejection.js';

type SampleInput = CreateOf<typeof Sample>;

const absent = '01890000-0000-7000-8000-000000000000';

/** Input and the problem it must cause, as `pointer code`. */
const refused: readonly (readonly [string, unknown, string])[] = [
  ['an unknown field', { color: 'red' }, '/color unknown_field'],
  ['a prototype property', { constructor: 'x' }, '/constructor unknown_field'],
  ['a field core keeps', { version: 9 }, '/version unknown_field'],
  ['a computed team', { team: absent }, '/team unknown_field'],
  ['the trash', { deletedAt: null }, '/deletedAt unknown_field'],
  ['a read-only field', { verdict: 'good' }, '/verdict read_only'],
  ['a missing name', { name: undefined }, '/name required'],
  ['an empty name', { name: '   ' }, '/name required'],
  ['a number for a text', { name: 7 }, '/name wrong_type'],
  ['a text that is too long', { name: 'x'.repeat(41) }, '/name too_long'],
  ['a NUL character', { notes: 'a\0b' }, '/notes wrong_format'],
  ['a fraction for an integer', { count: 1.5 }, '/count wrong_type'],
  ['an integer beyond its limit', { count: 1001 }, '/count too_large'],
  ['a duration beyond 32 bits', { lasted: 2 ** 31 }, '/lasted too_large'],
  ['a number for a decimal', { weight: 1.5 }, '/weight wrong_type'],
  ['a decimal with too many digits', { weight: '1.2345' }, '/weight wrong_format'],
  ['a decimal below its limit', { weight: '-10.001' }, '/weight too_small'],
  ['a decimal in scientific form', { weight: '1e5' }, '/weight wrong_format'],
  ['a percentage with too many decimals', { share: 1.00001 }, '/share wrong_step'],
  ['money without currency', { price: { amount: '1' } }, '/price/currency required'],
  ['money with a float', { price: { amount: 1.5, currency: 'EUR' } }, '/price/amount wrong_type'],
  ['money with five decimals', { price: { amount: '1.00001', currency: 'EUR' } }, '/price/amount wrong_format'],
  ['money in a made-up currency', { price: { amount: '1', currency: 'euro' } }, '/price/currency wrong_format'],
  ['null for a boolean', { isFragile: null }, '/isFragile required'],
  ['a day that does not exist', { takenOn: '2026-02-29' }, '/takenOn wrong_format'],
  ['the year 0', { takenOn: '0000-01-01' }, '/takenOn wrong_format'],
  ['a moment without zone', { seenAt: '2026-01-01T10:00:00' }, '/seenAt wrong_format'],
  ['a moment before year 1', { seenAt: '0001-01-01T00:00:00+10:00' }, '/seenAt wrong_format'],
  ['a leap second', { seenAt: '2016-12-31T23:59:60Z' }, '/seenAt wrong_format'],
  ['another choice', { state: 'lost' }, '/state not_an_option'],
  ['another one of several choices', { tags: ['red', 'pink'] }, '/tags/1 not_an_option'],
  ['a ref that is no id', { batch: 'x' }, '/batch wrong_format'],
  ['a ref to nothing', { batch: absent }, '/batch unknown_reference'],
  [
    'an entry that refers to nothing',
    { readings: [{ value: '1', contact: absent }] },
    '/readings/0/contact unknown_reference',
  ],
  ['an owner that does not exist', { owner: absent }, '/owner unknown_reference'],
  ['no e-mail address', { email: 'nobody' }, '/email wrong_format'],
  ['a script for an address', { link: 'javascript:alert(1)' }, '/link wrong_format'],
  ['an address of another scheme', { link: 'ftp://example.org' }, '/link wrong_format'],
  ['an entry without its value', { readings: [{}] }, '/readings/0/value required'],
  ['an unknown field in an entry', { readings: [{ value: '1', x: 1 }] }, '/readings/0/x unknown_field'],
  ['too many entries', { readings: Array.from({ length: 4 }, () => ({ value: '1' })) }, '/readings too_many'],
  ['a list that is none', { readings: 'x' }, '/readings wrong_type'],
  ['JSON that is too large', { raw: 'x'.repeat(70_000) }, '/raw too_long'],
  ['JSON with a NUL key', { raw: { 'a\0': 1 } }, '/raw wrong_format'],
];

describe('creating a record from bad input', () => {
  let host: RecordHost;

  before(async () => {
    host = await openRecordHost();
  });

  after(() => host.close());

  for (const [what, input, problem] of refused) {
    it(`refuses ${what}`, async () => {
      const problems = await problemsOf(host.records(Sample).create({ name: 'Bad', ...(input as object) }));

      expect(problems).to.deep.equal([problem]);
    });
  }

  it('names everything that is wrong at once and writes nothing', async () => {
    const before = await host.count('core.audit_log');

    const problems = await problemsOf(
      host.records(Sample).createMany([{ name: 'Fine' }, { name: 'x'.repeat(41), color: 1 } as SampleInput]),
    );

    expect(problems).to.deep.equal(['/1/color unknown_field', '/1/name too_long']);
    expect(await host.count('p_lab.samples')).to.equal(0);
    expect(await host.count('core.audit_log')).to.equal(before);
    expect(await host.count('core.events')).to.equal(before);
  });

  it('refuses something that is no object', async () => {
    const problems = await problemsOf(host.records(Sample).create([] as unknown as SampleInput));

    expect(problems).to.include(' wrong_type');
  });

  it('keeps halves of characters out of the database', async () => {
    const sample = await host.records(Sample).create({ name: 'a\ud800b', raw: { '\udfff': ['\ud800'] } });

    expect(sample.name).to.equal('a\ufffdb');
    expect(await host.records(Sample).get(sample.id)).to.deep.equal(sample);
  });

  it('says which field is taken by another record', async () => {
    await host.records(User).create({ name: 'One', email: 'taken@example.org' });

    const error = await rejection(host.records(User).create({ name: 'Two', email: 'TAKEN@example.org' }));

    expect(error.code).to.equal('not_unique');
    expect(error.status).to.equal(409);
    expect(error.errors[0]).to.include({ pointer: '/email', code: 'not_unique' });
  });

  it('treats restricted fields as unknown for those who may not write them', async () => {
    const user = identityOf({ userId: absent, reach: reaches({ 'lab.sample:create': 'all' }) });

    const problems = await problemsOf(host.records(Sample, user).create({ name: 'x', secret: 'y' }));

    expect(problems).to.deep.equal(['/secret unknown_field']);
  });

  it('lets services write read-only fields of their own module only', async () => {
    const sample = await host
      .records(Sample, identityOf(), { isElevated: true })
      .create({ name: 'x', verdict: 'bad', secret: 'kept' });

    expect(sample).to.include({ verdict: 'bad', secret: 'kept' });
    expect((await rejection(host.records(Account, identityOf()).create({ name: 'x' }))).status).to.equal(403);
  });

  it('refuses or keeps every odd value in every field as it says, and fails at none', async () => {
    const fields = [...host.entity(Sample).fields.values()];
    for (const { name } of fields) {
      for (const value of oddValues) {
        const what = `${name}: ${JSON.stringify(value)}`;
        const outcome = await host
          .records(Sample)
          .create({ name: 'odd', [name]: value })
          .catch((error: unknown) =>
            isTrellisError(error) ? error : Promise.reject(new Error(what, { cause: error })),
          );
        if (isTrellisError(outcome)) expect(outcome.status, what).to.be.oneOf([409, 422]);
        else expect(await host.records(Sample).get(outcome.id), what).to.deep.equal(outcome);
      }
    }
  }).timeout(30_000);
});

const oddValues: readonly unknown[] = [
  null,
  true,
  -0,
  1e21,
  2 ** 31,
  '',
  'a',
  '-0',
  '00012.500',
  'Infinity',
  '\ud800',
  "'; drop table x; --",
  '2026-02-28',
  '9999-12-31T23:59:59.999-14:00',
  '2026-01-01T24:00:00Z',
  '+491701234567',
  'http://[::1]:80/',
  [],
  [null],
  ['red', null],
  {},
  { amount: '-999999999999999.9999', currency: 'EUR' },
  { amount: null, currency: null },
  [{ value: '1', cost: {} }],
  JSON.parse('{"__proto__":{"x":1}}'),
];
