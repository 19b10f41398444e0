import { expect } from 'chai';
import type { Identity } from '../../dist/auth/identity.js';
import { recordScope } from '../../dist/records/record-scope.js';
import { knownState } from '../../dist/saved-views/view-state.js';
import type { ViewState } from '../../dist/saved-views/saved-view.js';
import { Sample } from '../records/lab.js';
import { identityOf, openRecordHost, operator, reaches, type RecordHost } from '../records/record-host.js';

describe('the state of a view that somebody else made', () => {
  let host: RecordHost;
  before(async () => {
    host = await openRecordHost();
  });
  after(() => host.close());

  const known = (state: ViewState, identity: Identity) => {
    const call = host.room.callOf({ generation: host.generation, identity, requestId: 'r' });
    return knownState(recordScope(host.room.world, call, Sample.module), host.entity(Sample), state);
  };
  const reader = identityOf({ reach: reaches({ 'lab.sample:read': 'all' }) });
  const state: ViewState = {
    layout: 'list',
    where: {
      all: [
        { field: 'secret', op: 'startsWith', value: 'p' },
        {
          any: [
            { field: 'name', value: 'a' },
            { field: 'secret', op: 'empty', value: true },
          ],
        },
        { any: [{ field: 'secret', value: 'x' }] },
      ],
    },
    sort: ['-secret', 'name'],
    columns: ['name', 'secret'],
  };

  it('comes whole to those who may see all of its fields', () => {
    expect(known(state, operator)).to.deep.equal({ state, isReduced: false });
  });

  it('comes without fields that the reader may not see, as if they were not there', () => {
    const reduced: ViewState = {
      layout: 'list',
      where: { all: [{ any: [{ field: 'name', value: 'a' }] }] },
      sort: ['name'],
      columns: ['name'],
    };

    expect(known(state, reader)).to.deep.equal({ state: reduced, isReduced: true });
    expect(JSON.stringify(known(state, reader))).to.not.include('secret');
  });

  it('has the columns of the declaration when none is left', () => {
    expect(known({ ...state, where: null, sort: [], columns: ['secret'] }, reader).state.columns).to.equal(null);
  });

  it('comes without conditions whose values mean nothing any more', () => {
    const where = { all: [{ field: 'state', value: 'unheard-of' }] };

    expect(known({ ...state, where }, operator).state.where).to.equal(null);
  });
});
