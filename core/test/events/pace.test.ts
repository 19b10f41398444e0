import { expect } from 'chai';
import { createPace, type Pace } from '../../dist/events/pace.js';

describe('Pace', () => {
  let time = 0;
  let others = 0;
  let pace: Pace;

  beforeEach(() => {
    time = 0;
    others = 0;
    pace = createPace(
      () => others,
      () => time,
    );
  });

  it('lets events run at full speed while requests leave room', () => {
    load(2);

    expect([pace.isBusy, pace.restMs(20, 0)]).to.deep.equal([false, 0]);
  });

  it('leaves a tenth of the time to events while requests keep the database busy', () => {
    load(10);

    expect([pace.isBusy, pace.restMs(20, 0)]).to.deep.equal([true, 180]);
  });

  it('gives more to what waited for long, and everything in the end', () => {
    load(10);

    expect(pace.restMs(30, 30_000)).to.be.closeTo(70, 0.1);
    expect(pace.restMs(30, 120_000)).to.equal(0);
  });

  it('takes no notice of one busy moment', () => {
    load(1);
    others = 10;
    time += 5;

    expect(pace.isBusy).to.equal(false);
  });

  /** The same use for a second. */
  function load(connections: number): void {
    others = connections;
    for (let step = 0; step < 100; step += 1) {
      time += 10;
      pace.restMs(1, 0);
    }
  }
});
