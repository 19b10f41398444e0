import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError, type Config } from '@trellis-crm/config';

/** The port of an installation, bound before anything else is started and kept while server processes come and go. */
export interface BoundPort {
  /** What the process is given that serves alone; undefined when the port was only tried, and the cluster module binds it. */
  readonly descriptor: number | undefined;
  /** Who connects from now on is refused, once the process has stopped listening too. */
  close(): void;
}

/**
 * Binds the port that server processes listen on. Nobody can connect until one of them does.
 * @param patienceMs how long a port in use is waited for: what a killed installation left may still be closing
 * @throws StartError that says how to choose another
 */
export async function bindPort(
  { host, port, processes }: Pick<Config, 'host' | 'port' | 'processes'>,
  patienceMs: number,
): Promise<BoundPort> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      return canBeGiven && processes === 1 ? await bind(host, port) : await tryToListen(host, port);
    } catch (error) {
      const code = codeOf(error);
      if (code !== 'EADDRINUSE' || Date.now() >= deadline) throw cannotListen(host, port, code);
      await sleep(100);
    }
  }
}

/** Turns what `listen` failed with into words; undefined when it is not about listening. */
export function toListenError(error: unknown, { host, port }: Pick<Config, 'host' | 'port'>): StartError | undefined {
  const code = codeOf(error);
  return code in reasons ? cannotListen(host, port, code) : undefined;
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program uses it',
  EACCES: 'this user may not use it',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'no such host is known',
};

function cannotListen(host: string, port: number, code: string): StartError {
  const isAboutPort = code === 'EADDRINUSE' || code === 'EACCES';
  return new StartError(isAboutPort ? `Port ${port} is taken` : `The address ${host} cannot be used`, {
    reason: reasons[code] ?? code,
    fix: isAboutPort ? `choose another: PORT=${port + 1} npm start` : 'choose another: HOST=127.0.0.1 npm start',
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

/** Windows passes no descriptors on, and not every Node that we run on binds without listening. */
const canBeGiven = process.platform !== 'win32' && 'BoundSocket' in net;

async function bind(host: string, port: number): Promise<BoundPort> {
  const { address } = await lookup(host);
  const socket = new net.BoundSocket({ host: address, port });
  return { descriptor: socket.fd(), close: () => socket[Symbol.dispose]() };
}

async function tryToListen(host: string, port: number): Promise<BoundPort> {
  const server = net.createServer().listen({ host, port, exclusive: true });
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
  return { descriptor: undefined, close: () => undefined };
}
