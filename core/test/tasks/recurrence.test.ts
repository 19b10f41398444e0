import { expect } from 'chai';
import { isRecurrence } from '../../dist/records/recurrence-rule.js';
import { nextOccurrence } from '../../dist/tasks/next-occurrence.js';
import { choiceOf, repeats, ruleOf } from '../../dist/tasks/rule-choice.js';

const berlin = 'Europe/Berlin';
const next = (recurrence: string, dueAt: string, now = dueAt, remindAt: string | null = null) =>
  nextOccurrence({ dueAt, remindAt, recurrence }, berlin, new Date(now));

describe('rules of repetition', () => {
  it('are those of RFC 5545 by days, weeks, months and years', () => {
    const fine = [
      'FREQ=DAILY',
      'FREQ=WEEKLY;BYDAY=MO,FR',
      'FREQ=MONTHLY;BYDAY=-1FR',
      'FREQ=YEARLY;UNTIL=20301231T235900Z',
      'FREQ=YEARLY;UNTIL=20301231',
    ];
    const wrong = [
      '',
      'DAILY',
      'FREQ=SECONDLY',
      'FREQ=DAILY;COUNT=0',
      'FREQ=DAILY;X=1',
      'FREQ=DAILY;FREQ=DAILY',
      'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30',
      'FREQ=DAILY;UNTIL=20271231T000000',
      'FREQ=DAILY;UNTIL=20279931T000000Z',
      'FREQ=DAILY;UNTIL=20270230',
      'FREQ=DAILY;UNTIL=20271231T235960Z',
    ];

    expect(fine.filter(isRecurrence)).to.deep.equal(fine);
    expect([...wrong, 'FREQ=DAILY;COUNT=2;UNTIL=20300101', 'RRULE:FREQ=DAILY'].filter(isRecurrence)).to.deep.equal([]);
  });

  it('keep the hour of the owner’s clock when it is changed', () => {
    expect(next('FREQ=DAILY', '2026-10-24T07:00:00.000Z')?.dueAt).to.equal('2026-10-25T08:00:00.000Z');
  });

  it('pass over what is over already, and keep the distance of the reminder', () => {
    const late = next('FREQ=DAILY', '2026-11-01T08:00:00.000Z', '2026-11-23T12:00:00Z', '2026-11-01T07:00:00.000Z');

    expect([late?.dueAt, late?.remindAt]).to.deep.equal(['2026-11-24T08:00:00.000Z', '2026-11-24T07:00:00.000Z']);
  });

  it('end after a number of times or a last day', () => {
    const dueAt = '2026-11-23T08:00:00.000Z';

    expect(next('FREQ=DAILY;COUNT=2', dueAt)?.recurrence).to.equal('FREQ=DAILY;COUNT=1');
    expect(next('FREQ=DAILY;COUNT=1', dueAt)).to.equal(null);
    expect(next('FREQ=DAILY;UNTIL=20261123T225900Z', dueAt)).to.equal(null);
  });

  it('mean nothing where one was kept that no calendar understands', () => {
    const unfit = 'FREQ=DAILY;UNTIL=20279931T000000Z';

    expect([next(unfit, '2026-11-23T08:00:00.000Z'), choiceOf(unfit, berlin)]).to.deep.equal([null, null]);
  });

  it('are what people choose, and are understood again', () => {
    const chosen = repeats.map((repeat) => {
      const days = repeat === 'weekly' ? ['MO', 'TH'] : [];
      return ruleOf({ repeat, days, until: '2027-01-31', count: '' }, '2026-10-31T08:00:00.000Z', berlin);
    });
    const understood = chosen.map((rule) => choiceOf(rule, berlin));

    expect(chosen.every(isRecurrence)).to.equal(true);
    expect(understood.map((choice) => choice?.repeat)).to.deep.equal([...repeats]);
    expect(understood.map((choice) => choice?.until)).to.deep.equal(repeats.map(() => '2027-01-31'));
    expect(understood[2]?.days).to.deep.equal(['MO', 'TH']);
    expect(choiceOf('FREQ=MONTHLY;BYDAY=-1FR', berlin)).to.equal(null);
  });

  it('take the last day of a month that is too short', () => {
    const rule = ruleOf({ repeat: 'monthly', days: [], until: '', count: '' }, '2026-10-31T08:00:00.000Z', berlin);

    expect(next(rule, '2026-10-31T08:00:00.000Z')?.dueAt).to.equal('2026-11-30T08:00:00.000Z');
  });
});
