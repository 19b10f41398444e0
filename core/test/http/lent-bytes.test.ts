import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { answer, buildEndpoint, startLab, type HttpLab } from './http-lab.js';

/** Long enough that its memory is lent, and told apart by one letter. */
const long = (letter: string): string => `${letter}ü`.repeat(30_000);
/** More than the system takes for somebody who does not read. */
const flood = Buffer.alloc(30_000_000, '.');

describe('memory that goes from answer to answer', function () {
  this.timeout(20_000);
  let lab: HttpLab;
  before(async () => {
    lab = await startLab([
      buildEndpoint({ path: '/api/v1/flood', handle: async () => ({ status: 200, body: flood }) }),
      buildEndpoint({
        path: '/api/v1/long',
        input: { query: 'any' },
        handle: async ({ query }) => answer({ words: long(String(query['letter'])) }),
      }),
    ]);
  });
  after(() => lab.close());

  it('is not used again before its reader has everything', async () => {
    const { host, hostname, port } = new URL(lab.base);
    const slow = connect(Number(port), hostname);
    await once(slow, 'connect');
    slow.pause();
    const ask = (path: string, more = ''): boolean =>
      slow.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`);
    ask('/api/v1/flood');
    for (let behind = 0; behind < 8; behind += 1) ask('/api/v1/long?letter=s');
    ask('/api/v1/long?letter=s', 'Connection: close\r\n');
    for (let round = 0; round < 4; round += 1) await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map(expectLong));

    const received = await text(slow);

    expect(received.split(`{"words":"${long('s')}"}`)).to.have.length(10);
  });

  /** As who does not ask for compression. */
  async function expectLong(letter: string): Promise<void> {
    const [response] = (await once(get(`${lab.base}/api/v1/long?letter=${letter}`), 'response')) as [IncomingMessage];
    expect(await text(response)).to.equal(`{"words":"${long(letter)}"}`);
  }
});
