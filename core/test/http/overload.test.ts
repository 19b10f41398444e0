import { expect } from 'chai';
import { UnavailableError } from '@trellis-crm/sdk';
import type { Exchange } from '../../dist/http/request-state.js';
import { shedOverload } from '../../dist/http/overload.js';

describe('overload', () => {
  it('is refused before work begins, and what is under way finishes', async () => {
    const step = shedOverload({ requests: 2, alwaysTaken: 1, loopDelayMs: 10_000 });
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const serve = () => step({} as Exchange, () => promise) as Promise<void>;

    const first = serve();
    const second = serve();
    const third = await serve().catch((error: unknown) => error);
    resolve(undefined);
    await Promise.all([first, second]);
    const fourth = await serve().then(() => 'served');

    expect(third).to.be.instanceOf(UnavailableError).and.include({ code: 'overloaded' });
    expect(fourth).to.equal('served');
  });
});
