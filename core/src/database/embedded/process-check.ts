import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whether `pid` names a process that still runs. A zombie counts as gone: nothing may ever reap it in a container. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return (await linuxState(pid)) !== 'Z';
}

/**
 * The words of the command line of `pid`; undefined when the process is gone or this platform does not tell. Process ids
 * are reused, so a number in a file proves nothing by itself.
 */
export async function commandLineOf(pid: number): Promise<string[] | undefined> {
  if (process.platform === 'win32') return undefined;
  try {
    if (process.platform === 'linux') return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
    // Words with spaces fall apart here; no other way without a native module.
    return (await run('ps', ['-o', 'command=', '-p', String(pid)])).stdout.trim().split(' ');
  } catch {
    return undefined;
  }
}

async function linuxState(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
  } catch {
    return undefined;
  }
}
