import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError, type Config } from '@trellis-crm/config';

/**
 * Makes sure that the server can listen where it is told to, before anything else is started.
 * @param patienceMs how long a port in use is waited for: what a killed installation left may still be closing
 * @throws StartError that says how to choose another
 */
export async function checkPort({ host, port }: Pick<Config, 'host' | 'port'>, patienceMs: number): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const code = await tryListen(host, port);
    if (code === undefined) return;
    if (code !== 'EADDRINUSE' || Date.now() >= deadline) throw cannotListen(host, port, code);
    await sleep(100);
  }
}

/** Turns what `listen` failed with into words; undefined when it is not about listening. */
export function toListenError(error: unknown, { host, port }: Pick<Config, 'host' | 'port'>): StartError | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
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

function tryListen(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => {
      resolve('code' in error ? String(error.code) : error.message);
    });
    server.listen({ host, port, exclusive: true }, () => {
      server.close(() => {
        resolve(undefined);
      });
    });
  });
}
