import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { answer, buildEndpoint, startLab, type HttpLab } from './http-lab.js';

describe('the target of a request', () => {
  let lab: HttpLab;
  before(async () => {
    lab = await startLab([
      buildEndpoint({
        path: '/api/v1/address',
        handle: async ({ url }) => answer({ host: url.host, path: url.pathname }),
      }),
    ]);
  });
  after(() => lab.close());

  it('is refused when it is no address, and the server lives on', async () => {
    const targets = ['http://[/api/v1/address', 'http://a:99999999/api/v1/address', 'nonsense', '*'];

    const answers = [];
    for (const target of targets) answers.push(await send(target));

    expect(answers.map((response) => response.split('\r\n')[0])).to.deep.equal(
      targets.map(() => 'HTTP/1.1 400 Bad Request'),
    );
    expect((await lab.fetch('/healthz')).status).to.equal(200);
  });

  it('may name a host, which is not believed', async () => {
    const response = await send('http://evil.example/api/v1/address', 'GET');

    expect(response).to.contain('{"host":"localhost:3000","path":"/api/v1/address"}');
  });

  /** As written: clients that people use would put it right. */
  async function send(target: string, method = 'OPTIONS'): Promise<string> {
    const socket = connect(Number(new URL(lab.base).port), '127.0.0.1');
    socket.write(`${method} ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    return text(socket);
  }
});
