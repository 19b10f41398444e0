import { expect } from 'chai';
import { addressWithAddedFilter, listAddress, readListState } from '../../dist/pages/list/list-state.js';

const asItIs = (_field: string, _operator: string, value: string): string => value;

describe('the address of a list', () => {
  it('says filters, order and place, and nothing that was left empty', () => {
    const url = new URL(
      'http://x/accounts?filter[country]=Chile&filter[employees][gte]=10&filter[industry]=&sort=-name&after=c1',
    );

    const state = readListState(url);

    expect(state).to.deep.equal({
      path: '/accounts',
      filters: [
        { field: 'country', operator: 'eq', value: 'Chile' },
        { field: 'employees', operator: 'gte', value: '10' },
      ],
      sort: '-name',
      after: 'c1',
    });
    expect(readListState(new URL(listAddress(state), url))).to.deep.equal(state);
  });

  it('takes a filter chosen in the menu in, in place of one like it, and goes back to the first page', () => {
    const url = new URL('http://x/accounts?filter[name][contains]=a&after=c1&add=name&op=contains&value=b');

    const address = addressWithAddedFilter(url, asItIs);

    expect(decodeURIComponent(address ?? '')).to.equal('/accounts?filter[name][contains]=b');
  });

  it('asks for empty and for filled fields by the same operator', () => {
    const added = (op: string): string | null =>
      addressWithAddedFilter(new URL(`http://x/a?add=name&op=${op}`), asItIs);

    expect(decodeURIComponent(added('empty') ?? '')).to.equal('/a?filter[name][empty]=true');
    expect(decodeURIComponent(added('filled') ?? '')).to.equal('/a?filter[name][empty]=false');
  });

  it('adds nothing when nothing was chosen', () => {
    expect(addressWithAddedFilter(new URL('http://x/accounts?sort=name'), asItIs)).to.equal(null);
    expect(addressWithAddedFilter(new URL('http://x/accounts?add=a]b&value=1'), asItIs)).to.equal(null);
  });
});
