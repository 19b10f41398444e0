import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { LookupAddress } from 'node:dns';
import type { AddressInfo } from 'node:net';
import { StartError } from '@trellis-crm/config';
import { isTrellisError } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { createOutbound, type Outbound } from '../../dist/outbound/outbound.js';

const loopback = '127.0.0.0/8';

describe('the outbound client', () => {
  let server: Server;
  let port: number;
  let seen: { request: IncomingMessage; body: string; address: string | undefined }[];
  let answer: RequestListener;

  beforeEach(async () => {
    seen = [];
    answer = (_, response) => void response.end('hello');
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        seen.push({ request, body, address: request.socket.localAddress });
        answer(request, response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
    ({ port } = server.address() as AddressInfo);
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const at = (path = '/'): string => `http://127.0.0.1:${port}${path}`;

  for (const host of [
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '0.0.0.0',
    '10.0.0.8',
    '172.16.3.4',
    '192.168.1.1',
    '100.64.0.1',
    '169.254.169.254',
    '224.0.0.1',
    '255.255.255.255',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:a9fe:a9fe]',
    '[::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '[fe80::1]',
    '[fd00::1]',
    '[ff02::1]',
    'localhost',
  ]) {
    it(`does not connect to ${host}`, async () => {
      expect(await codeOf(client().request({ method: 'GET', url: `http://${host}:${port}/` }))).to.equal(
        'outbound_address_refused',
      );
      expect(seen).to.have.length(0);
    });
  }

  it('takes public addresses for what they are', () => {
    for (const url of ['https://8.8.8.8/', 'http://[2606:4700::1111]/x', 'https://hooks.example.com/x'])
      expect(() => client().check(url), url).not.to.throw();
  });

  for (const url of ['ftp://example.com/', 'file:///etc/passwd', 'https://me:secret@example.com/', 'no address', '']) {
    it(`refuses the address "${url}"`, async () => {
      expect(await codeOf(client().request({ method: 'GET', url }))).to.equal('outbound_url_invalid');
    });
  }

  it('reaches what the configuration allows, and only that', async () => {
    const response = await client({ allow: `10.0.0.0/8, ${loopback}` }).request({
      method: 'POST',
      url: at(),
      headers: { 'X-Mark': 'a' },
      body: 'sent',
    });

    expect(response).to.include({ status: 200, isCut: false });
    expect(response.body.toString()).to.equal('hello');
    expect(seen[0]?.body).to.equal('sent');
    expect(seen[0]?.request.headers['x-mark']).to.equal('a');
    expect(await codeOf(client({ allow: '::1' }).request({ method: 'GET', url: at() }))).to.equal(
      'outbound_address_refused',
    );
  });

  it('says at the start which part of the configuration is no address', () => {
    expect(() => client({ allow: '10.0.0.0/8, 10.0.0.0/99' })).to.throw(StartError);
  });

  it('connects to the address it decided about, whatever the name says the next time', async () => {
    const answers = ['127.0.0.1', '169.254.169.254'];
    let asked = 0;
    const rebinding = client({ allow: loopback, resolve: async () => [v4(answers[asked++] ?? '')] });

    const first = await rebinding.request({ method: 'GET', url: `http://rebind.example:${port}/` });
    const second = await codeOf(rebinding.request({ method: 'GET', url: `http://rebind.example:${port}/` }));

    expect([first.status, second, asked]).to.deep.equal([200, 'outbound_address_refused', 2]);
  });

  it('leaves out the private ones of several addresses', async () => {
    const mixed = client({ allow: '127.0.0.1', resolve: async () => [v4('127.0.0.2'), v4('127.0.0.1')] });

    await mixed.request({ method: 'GET', url: `http://mixed.example:${port}/` });

    expect(seen[0]?.address).to.equal('127.0.0.1');
  });

  it('hands redirects on unless it is told to follow them', async () => {
    answer = (_, response) => void response.writeHead(302, { Location: '/next' }).end();

    const { status, headers } = await client({ allow: loopback }).request({ method: 'GET', url: at() });

    expect([status, headers['location']]).to.deep.equal([302, '/next']);
    expect(seen).to.have.length(1);
  });

  it('follows them, as often as it was told', async () => {
    answer = ({ url }, response) =>
      url === '/end' ? response.end('end') : response.writeHead(303, { Location: '/end' }).end();
    const follow = client({ allow: loopback });

    const { body } = await follow.request({ method: 'POST', url: at(), body: 'x', maxRedirects: 2 });
    answer = (_, response) => void response.writeHead(302, { Location: '/' }).end();
    const endless = await codeOf(follow.request({ method: 'GET', url: at(), maxRedirects: 2 }));

    expect(body.toString()).to.equal('end');
    expect(seen.slice(0, 2).map(({ request, body: sent }) => [request.method, sent])).to.deep.equal([
      ['POST', 'x'],
      ['GET', ''],
    ]);
    expect(endless).to.equal('outbound_redirects_exceeded');
  });

  it('decides anew where a redirect leads', async () => {
    answer = (_, response) => void response.writeHead(307, { Location: `http://127.0.0.2:${port}/inside` }).end();

    const code = await codeOf(
      client({ allow: '127.0.0.1' }).request({ method: 'POST', url: at(), body: 'x', maxRedirects: 3 }),
    );

    expect(code).to.equal('outbound_address_refused');
    expect(seen).to.have.length(1);
  });

  it('keeps headers and body from another origin', async () => {
    answer = ({ url }, response) =>
      url === '/' ? response.writeHead(307, { Location: `http://127.0.0.2:${port}/other` }).end() : response.end();

    await client({ allow: loopback }).request({
      method: 'POST',
      url: at(),
      headers: { Authorization: 'secret' },
      body: 'private',
      maxRedirects: 1,
    });

    expect(seen[1]?.request.headers.authorization).to.equal(undefined);
    expect(seen[1]?.body).to.equal('');
  });

  it('reads no more of an answer than it was told', async () => {
    answer = (_, response) => {
      const pour = (): void => {
        while (response.write('x'.repeat(1000)));
        response.once('drain', pour);
      };
      pour();
    };

    const { body, isCut } = await client({ allow: loopback }).request({ method: 'GET', url: at(), maxBytes: 2500 });

    expect([body.length, isCut]).to.deep.equal([2500, true]);
  });

  it('gives up when nothing comes in time, and when it is told to', async () => {
    answer = () => undefined;
    const slow = client({ allow: loopback });

    expect(await codeOf(slow.request({ method: 'GET', url: at(), timeoutMs: 50 }))).to.equal('outbound_timed_out');
    expect(await codeOf(slow.request({ method: 'GET', url: at(), signal: AbortSignal.abort() }))).to.equal(
      'outbound_timed_out',
    );
  });

  it('tells what went wrong', async () => {
    const absent = async (): Promise<never> => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
    const closed = client({ allow: loopback });
    const url = `http://nowhere.example:${port}/`;

    expect(await codeOf(client({ resolve: absent }).request({ method: 'GET', url }))).to.equal(
      'outbound_name_not_found',
    );
    expect(await codeOf(closed.request({ method: 'GET', url: at().replace('http:', 'https:') }))).to.equal(
      'outbound_tls_failed',
    );
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(await codeOf(closed.request({ method: 'GET', url: at() }))).to.equal('outbound_connection_failed');
    await new Promise<void>((resolve) => server.listen(port, '0.0.0.0', resolve));
  });
});

function client(options: Partial<Parameters<typeof createOutbound>[0]> = {}): Outbound {
  return createOutbound({ allow: '', ...options });
}

function v4(address: string): LookupAddress {
  return { address, family: 4 };
}

async function codeOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
    return 'succeeded';
  } catch (error) {
    return isTrellisError(error) ? error.code : String(error);
  }
}
