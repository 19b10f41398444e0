import { expect } from 'chai';
import { StatementCache } from '../../dist/records/statements/statement-cache.js';

describe('StatementCache', () => {
  it('builds a text once, and names it once it is used often', () => {
    const cache = new StatementCache();
    let built = 0;
    const use = () => cache.get('a', () => `select ${(built += 1)}`);

    expect([use().name, use().name]).to.deep.equal([null, null]);
    expect(use().name).to.match(/^t_[\w-]{22}$/);
    expect(use()).to.equal(use());
    expect(built).to.equal(1);
  });

  it('forgets what was not used for longest, so that nobody can fill the memory with filters', () => {
    const cache = new StatementCache();
    for (let n = 0; n < 1000; n += 1) {
      cache.get(`filter ${n}`, () => `select ${n}`);
      cache.get('hot', () => (n === 0 ? 'select 0' : 'built anew'));
    }

    expect(cache.size).to.equal(300);
    expect(cache.get('hot', () => 'built anew').text).to.equal('select 0');
    expect(cache.get('filter 0', () => 'built anew').text).to.equal('built anew');
  });
});
