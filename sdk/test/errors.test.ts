import { ConflictError, isTrellisError, NotFoundError } from '@trellis-crm/sdk';
import { expect } from 'chai';

describe('errors', () => {
  it('make a sentence of their code when none is given', () => {
    const error = new ConflictError('deal_already_closed', { dealId: '1' });

    expect(error.message).to.equal('Deal already closed');
    expect(error.details).to.deep.equal({ dealId: '1' });
    expect(error.status).to.equal(409);
  });

  it('keep the cause', () => {
    const cause = new Error('connection reset');

    expect(new NotFoundError('deal_not_found', {}, { cause }).cause).to.equal(cause);
  });

  it('are recognised when they come from another copy of the package', () => {
    const foreign = Object.assign(new Error('x'), { kind: 'conflict', code: 'x', status: 409 });

    expect([foreign, new Error('x'), null].map(isTrellisError)).to.deep.equal([true, false, false]);
  });
});
