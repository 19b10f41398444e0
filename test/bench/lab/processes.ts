import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../../support/installation.js';
import { serverProcessesOf } from '../../support/process-table.js';
import { join } from 'node:path';

/** The command line, as people start it. */
export const trellis = join(root, 'core', 'bin', 'trellis.js');

/** A program that serves on a port. */
export interface ServingProcess {
  readonly child: ChildProcess;
  readonly port: number;
  /** From the start of the command to the first success at its address for that, in ms. */
  readonly startMs: number;
  stop(): Promise<void>;
}

/** How a program is started. */
export interface StartOptions {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly port: number;
  /** Asked until it answers 200. */
  readonly readyPath: string;
  /** File that takes what it prints. */
  readonly logFile: string;
}

/** Starts a Node program and waits until it serves. @throws Error with its output when it ends before */
export async function startServing({ args, env, port, readyPath, logFile }: StartOptions): Promise<ServingProcess> {
  const log = openSync(logFile, 'w');
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...args], { env: { ...cleanEnv(), ...env }, stdio: ['ignore', log, log] });
  closeSync(log);
  await untilReady(child, `http://127.0.0.1:${port}${readyPath}`, logFile);
  const startMs = performance.now() - startedAt;
  return { child, port, startMs, stop: () => stop(child) };
}

/** A port that was free just now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Memory of the one server process below a supervisor, in MB; null where the system does not tell. */
export function memoryOf({ child }: ServingProcess): { readonly nowMb: number; readonly peakMb: number } | null {
  const [pid] = serverPids(child.pid ?? 0);
  if (pid === undefined || process.platform !== 'linux') return null;
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const read = (name: string): number => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024);
  return { nowMb: read('VmRSS'), peakMb: read('VmHWM') };
}

/** The command line may run the supervisor as a child of its own, under the wanted Node. */
function serverPids(pid: number): number[] {
  const own = serverProcessesOf(pid);
  if (own.length > 0 || process.platform !== 'linux') return own;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  return children.flatMap((child) => serverProcessesOf(Number(child)));
}

/** Settings of whoever runs the benchmark are not those of what it measures. */
function cleanEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(TRELLIS_|DATABASE_|PORT$|HOST$)/.test(name)),
  );
}

async function untilReady(child: ChildProcess, address: string, logFile: string): Promise<void> {
  const deadline = performance.now() + 300_000;
  while (performance.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) break;
    const status = await fetch(address).then(
      async (answer) => {
        await answer.arrayBuffer();
        return answer.status;
      },
      () => 0,
    );
    if (status === 200) return;
    await sleep(5);
  }
  child.kill('SIGKILL');
  throw new Error(`it never answered at ${address}:\n${readFileSync(logFile, 'utf8').slice(-4000)}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
