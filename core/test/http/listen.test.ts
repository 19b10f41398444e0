import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { BoundSocket, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

describe('listen', () => {
  it('accepts as many connections in a turn of the loop as it has descriptors of the socket', async () => {
    expect(await acceptedInATurn(16)).to.equal(16);
  });

  it('accepts one connection in a turn with one descriptor, as Node does', async () => {
    expect(await acceptedInATurn(1)).to.equal(1);
  });
});

/** @returns how many of 16 connections that wait for a busy process it accepts in its next turn */
async function acceptedInATurn(descriptors: number): Promise<number> {
  const socket = new BoundSocket({ host: '127.0.0.1' });
  const folder = await mkdtemp(join(tmpdir(), 'trellis-listen-'));
  const script = new URL('busy-listener-process.js', import.meta.url);
  const listener = fork(script, [join(folder, 'go'), String(descriptors)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc', ...new Array<number>(descriptors).fill(socket.fd())],
  });
  try {
    await once(listener, 'message');
    const address = socket.address();
    const port = typeof address === 'string' ? 0 : address.port;
    const clients = Array.from({ length: 16 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
    await Promise.all(clients.map((client) => once(client, 'connect')));
    const told = once(listener, 'message');
    await writeFile(join(folder, 'go'), '');
    return Number((await told)[0]);
  } finally {
    listener.kill('SIGKILL');
    socket.close();
    await rm(folder, { recursive: true });
  }
}
