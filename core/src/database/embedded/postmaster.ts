import { spawn, type ChildProcess } from 'node:child_process';
import { open, rename, stat, type FileHandle } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError } from '@trellis-crm/config';
import { programIn } from './native-package.js';
import type { EmbeddedPlace } from './place.js';
import { isAlive } from './process-check.js';
import { isLivePostmaster, readPostmasterFile, removeStaleFile, type PostmasterFile } from './postmaster-file.js';

/** How a server is started. */
export interface PostmasterOptions {
  /** False turns off what protects data from a power cut: for tests only. */
  readonly isDurable: boolean;
  /** Settings for this start, by name; they win over the configuration file. */
  readonly settings: Readonly<Record<string, string>>;
}

const startLimitMs = 60_000;
const stopLimitMs = 10_000;
/** How long a dead server's port is waited for, so that pools that know it heal by themselves. */
const portPatienceMs = 3000;
const pollMs = 20;
const largeLogBytes = 5_000_000;

/**
 * Returns the server of this cluster once it accepts connections: the running one, or a new one. Safe to call in
 * several processes at once; PostgreSQL's own lock file decides who starts it. @throws StartError with the server's words
 */
export async function ensurePostmaster(place: EmbeddedPlace, options: PostmasterOptions): Promise<PostmasterFile> {
  const begin = Date.now();
  let wanted: number | undefined;
  while (Date.now() < begin + startLimitMs) {
    const file = await readPostmasterFile(place.cluster);
    if (file !== undefined && (await isLivePostmaster(place.cluster, file))) {
      if (file.status === 'ready') return file;
      await sleep(pollMs);
      continue;
    }
    if (file !== undefined) await removeStaleFile(place.cluster, file);
    wanted ??= file?.port;
    await launch(place, await choosePort(wanted, begin + portPatienceMs), options);
  }
  throw failedStart(place, `it was not ready within ${startLimitMs / 1000} s`);
}

/** Stops the server of a cluster: fast (running transactions roll back), and without a checkpoint if that takes too long. */
export async function stopPostmaster(place: EmbeddedPlace): Promise<void> {
  const file = await readPostmasterFile(place.cluster);
  if (file === undefined || !(await isLivePostmaster(place.cluster, file))) return;
  for (const mode of ['fast', 'immediate'] as const) {
    signal(place, file.pid, mode);
    const deadline = Date.now() + stopLimitMs;
    while (Date.now() < deadline) {
      if (!(await isAlive(file.pid))) return;
      await sleep(pollMs);
    }
  }
  throw new Error(`PostgreSQL (pid ${file.pid}) did not stop`);
}

/** The environment of PostgreSQL's programs: nothing of ours, so that no `PG…` or `LC_…` variable changes what they do. */
export function serverEnvironment(): Record<string, string> | undefined {
  return process.platform === 'win32' ? undefined : { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}

async function launch(place: EmbeddedPlace, port: number, options: PostmasterOptions): Promise<void> {
  const log = await openLog(place.logFile);
  try {
    const logStart = (await log.stat()).size;
    const child = spawn(...startCommand(place, port, options), {
      cwd: place.home,
      env: serverEnvironment(),
      // Its own session: Ctrl-C in our terminal must not reach it before the application has drained.
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      ...(place.user ?? {}),
    });
    child.unref();
    const failure = await waitUntilReady(place, child);
    if (failure !== undefined) await explain(place, failure, logStart);
  } finally {
    await log.close();
  }
}

function startCommand(place: EmbeddedPlace, port: number, options: PostmasterOptions): [string, string[]] {
  const volatile = ['fsync', 'synchronous_commit', 'full_page_writes'].flatMap((name) => ['-c', `${name}=off`]);
  const settings = [
    ...['-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
    ...(options.isDurable ? [] : volatile),
    ...Object.entries(options.settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  if (process.platform !== 'win32') return [programIn(place.native, 'postgres'), ['-D', place.cluster, ...settings]];
  // Only pg_ctl can give up an administrator's rights on Windows, which the server demands.
  return [programIn(place.native, 'pg_ctl'), ['start', '-w', '-D', place.cluster, '-o', settings.join(' ')]];
}

/** Undefined when it is ready, or when pg_ctl has done its work; else how the process ended. */
async function waitUntilReady(place: EmbeddedPlace, child: ChildProcess): Promise<string | undefined> {
  let ended: string | undefined;
  child.once('error', (error) => (ended = error.message));
  child.once('exit', (code, signalName) => (ended = code === 0 ? '' : `it ended with ${signalName ?? code}`));
  const deadline = Date.now() + startLimitMs;
  while (Date.now() < deadline) {
    if (ended !== undefined) return ended === '' ? undefined : ended;
    const file = await readPostmasterFile(place.cluster);
    if (file?.pid === child.pid && file?.status === 'ready') return undefined;
    await sleep(pollMs);
  }
  return 'it did not become ready';
}

/** Returns when another try makes sense. @throws StartError with the last lines of the server's log when it does not */
async function explain(place: EmbeddedPlace, failure: string, logStart: number): Promise<void> {
  const words = await readFrom(place.logFile, logStart);
  const isLostRace = /lock file .* already exists|could not bind|Address already in use|still in use/i.test(words);
  if (!isLostRace) throw failedStart(place, `${failure}: ${words.trim().split('\n').slice(-5).join('\n')}`);
  await sleep(100);
}

function failedStart(place: EmbeddedPlace, reason: string): StartError {
  return new StartError('The embedded PostgreSQL does not start', {
    reason,
    fix: `read ${place.logFile}; is the disk full or the memory short? Or give DATABASE_URL of another server`,
  });
}

function signal(place: EmbeddedPlace, pid: number, mode: 'fast' | 'immediate'): void {
  if (process.platform === 'win32') {
    spawn(programIn(place.native, 'pg_ctl'), ['stop', '-W', '-D', place.cluster, '-m', mode], { stdio: 'ignore' });
    return;
  }
  try {
    process.kill(pid, mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

async function openLog(path: string): Promise<FileHandle> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size > largeLogBytes) await rename(path, `${path}.1`);
  return open(path, 'a+', 0o600);
}

async function readFrom(path: string, start: number): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64_000), 0, 64_000, start);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** `wanted` when it is free, however late that is, or becomes free in time; else any that is. */
async function choosePort(wanted: number | undefined, deadline: number): Promise<number> {
  while (wanted !== undefined && wanted > 0) {
    if ((await tryPort(wanted)) !== undefined) return wanted;
    if (Date.now() >= deadline) break;
    await sleep(pollMs);
  }
  return (await tryPort(0)) ?? 0;
}

async function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    // Exclusive: a process of a cluster would ask its supervisor to listen, which may have been killed.
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      const found = typeof address === 'object' && address !== null ? address.port : undefined;
      server.close(() => resolve(found));
    });
  });
}
