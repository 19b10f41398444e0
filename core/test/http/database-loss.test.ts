import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { pino } from 'pino';
import { openDatabase, type Database } from '../../dist/database/index.js';
import { createTestDatabase, type TestDatabase } from '../../dist/testing/index.js';
import { buildEndpoint, startLab, type HttpLab } from './http-lab.js';

describe('a lost database', () => {
  let home: TestDatabase;
  let wire: Wire;
  let database: Database;
  let lab: HttpLab;
  before(async () => {
    home = await createTestDatabase();
    wire = await openWire(new URL(home.url));
    database = openDatabase({ url: wire.url }, pino({ level: 'silent' }));
    const handle = async () => ({
      status: 200,
      body: (await database.knex.raw<{ rows: object[] }>('select 1 as one')).rows,
    });
    lab = await startLab([buildEndpoint({ handle })], { probes: [{ name: 'database', check: () => database.ping() }] });
  });
  after(async () => {
    await lab.close();
    await database.close();
    await wire.close();
    await home.drop();
  });

  it('costs requests a 503 that says when to come back, and heals by itself', async () => {
    const before = await lab.fetch('/api/v1/echo');
    wire.cut();
    const [lost, ready, alive] = await Promise.all(
      ['/api/v1/echo', '/readyz', '/healthz'].map((path) => lab.fetch(path)),
    );
    wire.mend();
    const after = await lab.fetch('/api/v1/echo');

    expect([before.status, lost?.status, ready?.status, alive?.status, after.status]).to.deep.equal([
      200, 503, 503, 200, 200,
    ]);
    expect(lost?.headers.get('retry-after')).to.equal('2');
    expect(await lost?.json()).to.include({ code: 'database_unavailable' });
    expect((await lab.fetch('/readyz')).status).to.equal(200);
  });
});

/** A wire to the database that can be cut. */
interface Wire {
  readonly url: string;
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

async function openWire(target: URL): Promise<Wire> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const server: Server = createServer((near) => {
    if (isCut) {
      near.destroy();
      return;
    }
    const far = connect(Number(target.port), target.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  const destroyAll = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    url: url.href,
    cut() {
      isCut = true;
      destroyAll();
    },
    mend() {
      isCut = false;
    },
    async close() {
      destroyAll();
      server.close();
      await once(server, 'close');
    },
  };
}
