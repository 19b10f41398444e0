import { Account, Activity, extendEntity, field, type RecordOf } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { compileEntity } from '../../dist/records/index.js';
import { copiesOf } from '../../dist/tasks/next-task.js';
import { openRecordHost, type RecordHost } from '../records/record-host.js';

const extension = {
  ...extendEntity(Activity, {
    topic: field.text(),
    about: field.ref(Account, { onDelete: 'clear' }),
    stages: field.list({ account: field.ref(Account, { onDelete: 'clear' }) }),
    secret: field.text({ restricted: true }),
    count: field.integer({ readOnly: true }),
  }),
  plugin: 'lab',
};

describe('what of a task comes again', () => {
  let host: RecordHost;
  before(async () => (host = await openRecordHost()));
  after(() => host.close());

  it('are fields of plugins too, but for what is gone, what services write and what one may not write', async () => {
    const records = host.records(Account);
    const [kept, gone] = [await records.create({ name: 'Kept' }), await records.create({ name: 'Gone' })];
    await records.trash(gone.id);
    const made = await host.records(Activity).create({ kind: 'task', subject: 'Again', outcome: 'held' });
    const stages = [{ account: kept.id }, { account: gone.id }];
    const lab = { topic: 'T', about: gone.id, stages, secret: 'S', count: 3 };
    const task = { ...made, lab } as unknown as RecordOf<typeof Activity>;
    const activity = compileEntity(Activity, [extension]);
    const copy = (mayWrite: boolean) =>
      host.tx(({ trx }) =>
        copiesOf(trx, { activity, entities: host.generation.entities, mayWrite: () => mayWrite }, [task]),
      );

    const [own, all] = [(await copy(false)).get(made.id), (await copy(true)).get(made.id)];

    expect(own).to.include({ kind: 'task', subject: 'Again', owner: null });
    expect(own).to.not.have.any.keys('id', 'outcome', 'occurredAt', 'doneAt', 'createdAt', 'version', 'files');
    expect(own).to.deep.include({ lab: { topic: 'T', stages: [{ account: kept.id }] } });
    expect(all).to.deep.include({ lab: { topic: 'T', stages: [{ account: kept.id }], secret: 'S' } });
  });
});
