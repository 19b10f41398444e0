import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError } from '@trellis-crm/config';
import { identityOf } from './process-identity.js';

/** What a running installation tells others about itself, in `supervisor.json` of its data folder. */
export interface Instance {
  readonly pid: number;
  /** Tells this process from a later one with the same id. */
  readonly identity: string;
  readonly state: 'starting' | 'running' | 'stopping';
  /** Where it serves; null until it does. */
  readonly url: string | null;
}

/** The right to run on a data folder; one process has it at a time. */
export interface InstanceLock {
  /** Whether the last owner was killed instead of stopping; its children may still be on their way out. */
  readonly isAfterCrash: boolean;
  update(change: Partial<Pick<Instance, 'state' | 'url'>>): Promise<void>;
  release(): Promise<void>;
}

const stopPatienceMs = 15_000;
/** An owner may not have noticed yet that whoever started it is gone. */
const noticePatienceMs = 1500;
const pollMs = 100;

/** Takes the data folder, waiting for an owner that is just stopping. @throws StartError with exit code 3 when it is in use */
export async function lockInstance(dataDir: string): Promise<InstanceLock> {
  await mkdir(dataDir, { recursive: true });
  const path = pathIn(dataDir);
  const own: Instance = {
    pid: process.pid,
    identity: (await identityOf(process.pid)) ?? '',
    state: 'starting',
    url: null,
  };
  const begin = Date.now();
  let isAfterCrash = false;
  while (!(await create(path, own))) {
    const owner = await readInstance(dataDir);
    if (owner === undefined) isAfterCrash = (await removeStale(path)) || isAfterCrash;
    else if (Date.now() - begin < patienceFor(owner)) await sleep(pollMs);
    else throw alreadyRunning(owner);
  }
  return createLock(path, own, isAfterCrash);
}

/** The installation that runs on a data folder; undefined when none does. */
export async function readInstance(dataDir: string): Promise<Instance | undefined> {
  const instance = await read(pathIn(dataDir));
  if (instance === undefined) return undefined;
  return (await identityOf(instance.pid)) === instance.identity ? instance : undefined;
}

function patienceFor(owner: Instance): number {
  return owner.state === 'stopping' ? stopPatienceMs : noticePatienceMs;
}

function createLock(path: string, own: Instance, isAfterCrash: boolean): InstanceLock {
  let current = own;
  return {
    isAfterCrash,
    async update(change) {
      current = { ...current, ...change };
      const draft = `${path}.${process.pid}`;
      await writeFile(draft, JSON.stringify(current));
      await rename(draft, path);
    },
    async release() {
      if ((await read(path))?.identity === own.identity) await rm(path, { force: true });
    },
  };
}

/** Linked into place with its content, so that no reader meets an empty file. */
async function create(path: string, own: Instance): Promise<boolean> {
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, JSON.stringify(own));
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/**
 * Moved before it is removed: of several starts that saw a dead owner only one gets the file, and it can see whether it
 * got a new owner's by mistake, which it puts back. @returns whether a dead owner's file was removed
 */
async function removeStale(path: string): Promise<boolean> {
  const aside = `${path}.stale-${process.pid}`;
  try {
    await rename(path, aside);
  } catch {
    return false;
  }
  const moved = await read(aside);
  const isLive = moved !== undefined && (await identityOf(moved.pid)) === moved.identity;
  if (isLive) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
  return !isLive;
}

async function read(path: string): Promise<Instance | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return isInstance(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isInstance(value: unknown): value is Instance {
  if (typeof value !== 'object' || value === null) return false;
  return 'pid' in value && typeof value.pid === 'number' && 'identity' in value && 'state' in value && 'url' in value;
}

function alreadyRunning(owner: Instance): StartError {
  const place = owner.url === null ? '' : ` at ${owner.url}`;
  return new StartError(`Trellis CRM is already running${place}, pid ${owner.pid}`, {
    reason:
      owner.state === 'stopping' ? 'it has been stopping for more than 15 s' : 'one installation has one data folder',
    fix: `stop it (kill ${owner.pid}), or give this one another TRELLIS_DATA_DIR and PORT`,
    exitCode: 3,
  });
}

function pathIn(dataDir: string): string {
  return join(dataDir, 'supervisor.json');
}
