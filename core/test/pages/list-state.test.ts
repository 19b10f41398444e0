import { expect } from 'chai';
import {
  addressWithAddedFilter,
  isModified,
  listAddress,
  plainBase,
  readListState,
  type ListBase,
} from '../../dist/pages/list/list-state.js';

const asItIs = (_field: string, _operator: string, value: string): string => value;

describe('the address of a list', () => {
  it('says filters, order and place, and nothing that was left empty', () => {
    const url = new URL(
      'http://x/accounts?filter[country]=Chile&filter[employees][gte]=10&filter[industry]=&sort=-name&q=oak wood&after=c1',
    );

    const state = readListState(url);

    expect(state).to.deep.equal({
      path: '/accounts',
      q: 'oak wood',
      view: null,
      nodes: [
        { field: 'country', op: 'eq', value: 'Chile' },
        { field: 'employees', op: 'gte', value: '10' },
      ],
      sort: ['-name'],
      columns: null,
      after: 'c1',
      base: plainBase,
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

  const either = {
    any: [
      { field: 'name', op: 'eq', value: 'a' },
      { field: 'size', op: 'in', value: ['1', '2'] },
    ],
  };
  const base: ListBase = { nodes: [{ field: 'country', op: 'eq', value: 'Chile' }], sort: ['name'], columns: ['name'] };
  const read = (search: string, from = base) => readListState(new URL(`http://x/accounts?${search}`), from);

  it('says groups, and conditions that parameters cannot say, as one tree', () => {
    const twice = { field: 'country', op: 'eq', value: 'Peru' };
    const state = { ...read('', plainBase), nodes: [...base.nodes, twice, either] };

    const address = listAddress(state);

    const { searchParams } = new URL(address, 'http://x');
    expect([...searchParams.keys()]).to.deep.equal(['filter[country]', 'where']);
    expect(JSON.parse(searchParams.get('where') ?? '')).to.deep.equal({ all: [twice, either] });
    expect(read(address.split('?')[1] ?? '', plainBase).nodes).to.deep.equal(state.nodes);
  });

  it('says of a view what differs from it', () => {
    const shown = read('view=v1');

    expect(shown).to.deep.include({ nodes: base.nodes, sort: ['name'], columns: ['name'] });
    expect(listAddress(shown)).to.equal('/accounts?view=v1');
    expect(isModified(shown)).to.equal(false);
    expect(isModified(read('view=v1&sort=-name'))).to.equal(true);
    expect(listAddress(read('view=v1&sort=name&columns=name'))).to.equal('/accounts?view=v1');
  });

  it('can show a view without its filter, and stays there', () => {
    const address = listAddress({ ...read('view=v1'), nodes: [], sort: [] });

    const state = read(address.split('?')[1] ?? '');
    expect(state).to.deep.include({ nodes: [], sort: ['-updatedAt'] });
    expect(read('view=v1').nodes).to.have.length(1);
  });

  for (const where of ['{', '7', '[]', '{"all":7}', '{"any":[{"op":"eq"}]}', '{"all":[null]}']) {
    it(`refuses ${where} as a filter`, () => {
      expect(() => read(`where=${encodeURIComponent(where)}`)).to.throw();
    });
  }
});
