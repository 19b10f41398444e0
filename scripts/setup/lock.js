import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stateFolder } from './paths.js';

const pollMs = 200;

/** Runs `work` while no other start of this clone installs or builds; a lock whose owner died does not count. */
export async function withSetupLock(work) {
  mkdirSync(stateFolder, { recursive: true });
  const lock = join(stateFolder, 'setup.lock');
  let isTold = false;
  while (!tryLock(lock)) {
    if (!isTold) process.stderr.write('Another start is setting this clone up; waiting for it …\n');
    isTold = true;
    await sleep(pollMs);
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function tryLock(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const owner = readOwner(lock);
  if (owner !== undefined && !isAlive(owner)) moveAside(lock, owner);
  return false;
}

/** Moved before it is removed: of several that saw the same dead owner only one gets it, and it can see whose it got. */
function moveAside(lock, owner) {
  const aside = `${lock}.${process.pid}`;
  try {
    renameSync(lock, aside);
    if (readOwner(aside) === owner) rmSync(aside);
    else renameSync(aside, lock);
  } catch {
    // Somebody else moved it first.
  }
}

/** Undefined while its owner is about to write it, or when it is gone. */
function readOwner(lock) {
  try {
    return Number(readFileSync(lock, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
