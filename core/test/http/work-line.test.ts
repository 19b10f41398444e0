import { availableParallelism } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { WorkLine } from '../../dist/http/work-line.js';

const fewest = availableParallelism();

describe('a line of work', () => {
  let time = 0;
  let turnMs = 0.5;
  let isRefusing = true;
  let line: WorkLine;
  let begun: string[] = [];
  let ends: (() => void)[] = [];

  beforeEach(() => {
    time = 1000;
    turnMs = 0.5;
    isRefusing = true;
    begun = [];
    ends = [];
    line = new WorkLine({ now: () => time, turnMs: () => turnMs, isRefusing: () => isRefusing });
  });

  afterEach(async () => {
    turnMs = 0.5;
    while (ends.length > 0) {
      for (const end of ends.splice(0)) end();
      await nextTurn();
    }
  });

  it('is none while turns of the loop are short', () => {
    begin(300);

    expect(begun).to.have.length(300);
  });

  it('is none while nobody is refused', async () => {
    isRefusing = false;
    await beLate();

    begin(300);

    expect(begun).to.have.length(300);
  });

  it('lets the next one run when one has ended, in the order in which they came', async () => {
    await beLate();
    begin(fewest + 2);
    const before = begun.length;

    ends.shift()?.();
    await nextTurn();

    expect(before).to.equal(fewest);
    expect(begun).to.deep.equal(names(fewest + 1));
  });

  it('goes on when one fails', async () => {
    await beLate();
    const failed = line.run(() => Promise.reject(new Error('planted'))).catch((error: unknown) => String(error));
    begin(fewest);

    expect(await failed).to.equal('Error: planted');
    await nextTurn();
    expect(begun).to.have.length(fewest);
  });

  it('does not wait for those who wait for somebody else', async () => {
    await beLate();
    begin(fewest + 1);

    for (time += 300; begun.length === fewest;) await nextTurn();

    expect(begun).to.deep.equal(names(fewest + 1));
  });

  it('ends once turns are short again', async () => {
    await beLate();
    begin(40);
    turnMs = 0.5;

    for (; begun.length < 40; time += 100) await nextTurn();

    expect(begun).to.deep.equal(names(40));
  });

  it('forgets what it knew when nothing came for a second', async () => {
    await beLate();
    time += 1100;
    turnMs = 20;

    begin(40);

    expect(begun).to.have.length(40);
  });

  /** The loop turns out to be slow: a request comes, and later another. */
  async function beLate(): Promise<void> {
    await line.run(() => Promise.resolve());
    time += 200;
    turnMs = 20;
    await line.run(() => Promise.resolve());
  }

  function begin(count: number): void {
    for (const name of names(count)) {
      void line.run(() => {
        begun.push(name);
        return new Promise<void>((resolve) => ends.push(resolve));
      });
    }
  }
});

function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `request ${index + 1}`);
}
