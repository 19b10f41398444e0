import { readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { commandLineOf, isAlive } from './process-check.js';

/** What PostgreSQL writes into `postmaster.pid` about the server that owns a cluster folder. */
export interface PostmasterFile {
  readonly pid: number;
  /** 0 until the server has chosen its port. */
  readonly port: number;
  readonly status: 'starting' | 'stopping' | 'ready';
  readonly text: string;
}

/** Reads the file of a cluster; undefined when there is none or PostgreSQL has only begun to write it. */
export async function readPostmasterFile(cluster: string): Promise<PostmasterFile | undefined> {
  const text = await readFile(pathOf(cluster), 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  });
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Math.abs(Number(lines[0]));
  if (!pid) return undefined;
  return { pid, port: Number(lines[3] ?? 0), status: statusOf(lines[7]), text };
}

/** Whether the server that wrote the file still runs on this cluster: its id may belong to another process by now. */
export async function isLivePostmaster(cluster: string, file: PostmasterFile): Promise<boolean> {
  if (!(await isAlive(file.pid))) return false;
  const words = await commandLineOf(file.pid);
  if (words === undefined) return process.platform === 'win32';
  if (words[0] === undefined || !basename(words[0]).startsWith('postgres')) return false;
  const folder = words[words.indexOf('-D') + 1] ?? '';
  return folder === cluster || (await isSameFolder(folder, cluster));
}

/** Removes the file that a dead server left, unless another server has written a new one meanwhile. */
export async function removeStaleFile(cluster: string, stale: PostmasterFile): Promise<void> {
  const found = await readPostmasterFile(cluster);
  if (found?.text !== stale.text) return;
  const aside = join(cluster, `postmaster.pid.stale-${process.pid}`);
  await rename(pathOf(cluster), aside).catch(() => undefined);
  await rm(aside, { force: true });
}

/** One folder may have two paths (a bind mount); taking its server for a stranger would start a second one on it. */
async function isSameFolder(left: string, right: string): Promise<boolean> {
  const [a, b] = await Promise.all([left, right].map((path) => stat(path).catch(() => undefined)));
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino;
}

function pathOf(cluster: string): string {
  return join(cluster, 'postmaster.pid');
}

function statusOf(line: string | undefined): PostmasterFile['status'] {
  if (line === 'ready' || line === 'standby') return 'ready';
  return line === 'stopping' ? 'stopping' : 'starting';
}
