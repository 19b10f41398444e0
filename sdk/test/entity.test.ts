import { Account, defineEntity, field, panelsOf, recordEvent } from '@trellis-crm/sdk';
import { expect } from 'chai';

describe('defineEntity', () => {
  const Ticket = defineEntity('support.ticket', {
    plural: 'tickets',
    fields: { subject: field.text({ required: true }), tags: field.choices(['a', 'b']) },
    title: 'subject',
  });

  it('splits the id into module and noun', () => {
    expect([Ticket.module, Ticket.noun, Ticket.owned]).to.deep.equal(['support', 'ticket', false]);
  });

  it('is plain data that survives the way through JSON', () => {
    expect(JSON.parse(JSON.stringify(Ticket))).to.deep.equal(Ticket);
  });

  it('gives fields their defaults', () => {
    expect(Ticket.fields.subject.max).to.equal(255);
    expect(Ticket.fields.tags.default).to.deep.equal([]);
  });

  it('has derived events and a slot of its own', () => {
    expect(recordEvent(Account, 'merged').id).to.equal('core.account-merged');
    expect(panelsOf(Ticket).id).to.equal('support.ticket-panels');
  });
});
