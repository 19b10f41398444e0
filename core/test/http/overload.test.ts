import { expect } from 'chai';
import { createAdmission, type Admission } from '../../dist/http/overload.js';

describe('admission', () => {
  let time = 0;
  let loopDelayMs = 0;
  let admission: Admission;
  let ends: (() => void)[] = [];

  beforeEach(() => {
    time = 0;
    loopDelayMs = 0;
    ends = [];
    admission = createAdmission(
      { requests: 100, alwaysTaken: 10, waitMs: 250, loopDelayMs: 200 },
      { now: () => time, loopDelayMs: () => loopDelayMs, turnMs: () => 1 },
    );
  });

  it('takes a burst on an idle process, up to its limit', () => {
    begin(99);
    const before = admission.isOverloaded();
    begin(1);

    expect([before, admission.isOverloaded(), admission.underWay]).to.deep.equal([false, true, 100]);
  });

  it('refuses when requests stand in line for longer than they may', async () => {
    for (let tenth = 0; tenth < 10; tenth += 1) await finish(10, 300);
    begin(20);
    const short = admission.isOverloaded();

    begin(30);

    expect([short, admission.isOverloaded()]).to.deep.equal([false, true]);
  });

  it('takes as many as ever again once they are quick and nobody was refused for a second', async () => {
    for (let tenth = 0; tenth < 10; tenth += 1) await finish(10, 300);
    begin(60);
    const during = admission.isOverloaded();

    for (let tenth = 0; tenth < 25; tenth += 1) await finish(10, 20);

    expect([during, admission.isOverloaded()]).to.deep.equal([true, false]);
  });

  it('takes a little more each time while it refuses some', async () => {
    for (let tenth = 0; tenth < 10; tenth += 1) await finish(10, 300);
    begin(60);
    const answers: boolean[] = [];

    for (let tenth = 0; tenth < 25; tenth += 1) {
      answers.push(admission.isOverloaded());
      await finish(10, 20);
    }

    expect(answers.slice(0, 15)).to.deep.equal(new Array(15).fill(true));
    expect(answers.at(-1)).to.equal(false);
  });

  it('does not take all at once again when the first are quick, as those behind them are not yet', async () => {
    for (let tenth = 0; tenth < 10; tenth += 1) await finish(10, 300);
    for (let tenth = 0; tenth < 5; tenth += 1) await finish(10, 20);

    begin(60);

    expect(admission.isOverloaded()).to.equal(true);
  });

  it('does not mind some that wait for another system while the others are quick', async () => {
    begin(40);
    for (let tenth = 0; tenth < 10; tenth += 1) await finish(5, 10);

    expect(admission.isOverloaded()).to.equal(false);
  });

  it('refuses when nothing ends any more, but always takes some', () => {
    begin(9);
    time += 5000;
    const few = admission.isOverloaded();

    begin(1);

    expect([few, admission.isOverloaded()]).to.deep.equal([false, true]);
  });

  it('refuses while the event loop is late, but always takes some', () => {
    loopDelayMs = 300;
    begin(9);
    const few = admission.isOverloaded();

    begin(1);

    expect([few, admission.isOverloaded()]).to.deep.equal([false, true]);
  });

  function begin(count: number): void {
    for (let index = 0; index < count; index += 1) {
      void admission.work(() => new Promise<void>((resolve) => ends.push(resolve)));
    }
  }

  /** Requests that take `tookMs` each, side by side; 100 ms go by in any case. */
  async function finish(count: number, tookMs: number): Promise<void> {
    const startedAt = time;
    const own: (() => void)[] = [];
    const all = Array.from({ length: count }, () =>
      admission.work(() => new Promise<void>((resolve) => own.push(resolve))),
    );
    time = startedAt + tookMs;
    for (const end of own) end();
    await Promise.all(all);
    time = startedAt + 100;
  }
});
