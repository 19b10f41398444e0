import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A TCP proxy before a database server that can stop passing bytes on, as a frozen machine does. */
export interface FreezableProxy {
  readonly url: string;
  freeze(): void;
  close(): Promise<void>;
}

/** Starts the proxy before the server of a connection string. */
export async function freezableProxy(url: string): Promise<FreezableProxy> {
  const { port, hostname } = new URL(url);
  const result = new URL(url);
  const sockets: Socket[] = [];
  let isFrozen = false;
  const server = createServer((near) => {
    const far = connect({ port: Number(port), host: hostname });
    sockets.push(near, far);
    near.on('data', (bytes) => isFrozen || far.write(bytes));
    far.on('data', (bytes) => isFrozen || near.write(bytes));
    for (const socket of [near, far]) socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address === 'object' && address !== null) result.port = String(address.port);
  return {
    url: result.href,
    freeze: () => {
      isFrozen = true;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
