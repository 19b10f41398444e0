import { expect } from 'chai';
import type { Generation } from '../../dist/kernel/generation.js';
import { KeptPlans } from '../../dist/records/statements/kept-plans.js';
import { identityOf } from './record-host.js';

const generation = { entities: new Map(), guards: new Map() } as unknown as Generation;
const identity = identityOf({});

describe('KeptPlans', () => {
  const asked = { identity, generation, elevatedFor: null };

  it('makes a plan once for an actor and what is asked for', () => {
    const plans = new KeptPlans<object>();
    const make = (): object => ({});

    const plan = plans.get(asked, 'a', make);

    expect(plans.get({ ...asked }, 'a', make)).to.equal(plan);
    expect(plans.get(asked, 'b', make)).to.not.equal(plan);
    expect(plans.get({ ...asked, elevatedFor: 'lab' }, 'a', make)).to.not.equal(plan);
    expect(plans.get({ ...asked, identity: identityOf({}) }, 'a', make)).to.not.equal(plan);
  });

  it('makes it anew for other entities than it was made of', () => {
    const plans = new KeptPlans<object>();
    const plan = plans.get(asked, 'a', () => ({}));

    const next = { ...asked, generation: { ...generation, entities: new Map() } };

    expect(plans.get(next, 'a', () => ({}))).to.not.equal(plan);
  });

  it('keeps no refusal', () => {
    const plans = new KeptPlans<string>();
    const refuse = (): string => {
      throw new Error('no');
    };

    expect(() => plans.get(asked, 'a', refuse)).to.throw('no');
    expect(plans.get(asked, 'a', () => 'a plan')).to.equal('a plan');
  });

  it('keeps a limited number, whatever is asked for', () => {
    const plans = new KeptPlans<object>();
    const first = plans.get(asked, '0', () => ({}));
    for (let n = 1; n <= 100; n += 1) plans.get(asked, String(n), () => ({}));

    expect(plans.get(asked, '0', () => ({}))).to.not.equal(first);
  });
});
