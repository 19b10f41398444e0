import { expect } from 'chai';
import type { Deadlines } from '../../dist/http/deadlines.js';
import type { Exchange } from '../../dist/http/request-state.js';
import { limitTime } from '../../dist/http/time-limit.js';

describe('limitTime', () => {
  it('drops what comes when nobody waits for it any more', async () => {
    const ends: (() => void)[] = [];
    const deadlines = { set: (end: () => void) => ends.push(end), meet: () => undefined } as unknown as Deadlines;
    const dropped: string[] = [];
    const late = Promise.withResolvers<string>();

    const answer = limitTime({} as Exchange, deadlines).run(
      () => late.promise,
      (value) => dropped.push(value),
    );
    for (const end of ends) end();
    const code = await answer.catch((error: unknown) => (error as { code: string }).code);
    late.resolve('a body');
    await late.promise;

    expect([code, ...dropped]).to.deep.equal(['request_timeout', 'a body']);
  });
});
