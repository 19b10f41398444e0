import { Account } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { Overlap } from '../../dist/imports/engine/overlap.js';
import { mayOverlap } from '../../dist/imports/engine/set-keys.js';
import { compileMapping } from '../../dist/imports/mapping/compile-mapping.js';
import { generationOf } from './memory-ports.js';

describe('sets of an import side by side', () => {
  /** Sets that take the given times; notes what begins, what is worked out and what is committed. */
  function recorder() {
    const overlap = new Overlap();
    const notes: string[] = [];
    const begin = (name: string, keys: readonly string[] | null, ms: number, fails = false): Promise<void> =>
      overlap.begin(keys === null ? null : new Set(keys), async (turn) => {
        notes.push(`begin ${name}`);
        await sleep(ms);
        if (fails) throw new Error(`${name} failed`);
        await turn;
        notes.push(`commit ${name}`);
      });
    return { overlap, notes, begin };
  }

  it('run two at a time and commit in the order of the file', async () => {
    const { overlap, notes, begin } = recorder();

    await begin('1', ['a'], 30);
    await begin('2', ['b'], 0);
    await begin('3', ['c'], 0);
    await overlap.end();

    const place = (note: string): number => notes.indexOf(note);
    expect(notes.filter((note) => note.startsWith('commit'))).to.deep.equal(['commit 1', 'commit 2', 'commit 3']);
    expect(place('begin 2')).to.be.below(place('commit 1'));
    expect(place('begin 3')).to.be.above(place('commit 1'));
  });

  it('wait for a set whose keys they share, and for one that runs alone', async () => {
    const { overlap, notes, begin } = recorder();

    await begin('1', ['a'], 5);
    await begin('2', ['a'], 5);
    await begin('3', null, 5);
    await begin('4', [], 5);
    await overlap.end();

    expect(notes).to.deep.equal(['1', '2', '3', '4'].flatMap((name) => [`begin ${name}`, `commit ${name}`]));
  });

  it('commit nothing behind a set that failed, and end with its reason', async () => {
    const { overlap, notes, begin } = recorder();

    await begin('1', ['a'], 20, true);
    await begin('2', ['b'], 0);
    const reason = await overlap.end().then(
      () => 'nothing failed',
      (error: unknown) => (error instanceof Error ? error.message : 'no error'),
    );

    expect(reason).to.equal('1 failed');
    expect(notes).to.deep.equal(['begin 1', 'begin 2']);
  });

  it('are none where rows may name tags that are new in both', () => {
    const sideBySide = (header: readonly string[]): boolean => {
      const fields = Object.fromEntries(header.map((column) => [column, column]));
      const records = [{ entity: 'core.account', match: { field: 'name' }, fields }];
      const generation = generationOf([Account]);
      return mayOverlap(compileMapping({ source: 'x', records }, { generation, header, baseCurrency: 'EUR' }));
    };

    expect([sideBySide(['name']), sideBySide(['name', 'tags'])]).to.deep.equal([true, false]);
  });
});
