import { existsSync, readFileSync } from 'node:fs';

/** Milliseconds of processor time that a process and everything below it have used; 0 where the system does not tell. */
export function cpuTimeMs(pid: number): number {
  if (!existsSync(`/proc/${pid}/stat`)) return 0;
  return ownTicks(pid) * msPerTick + childrenOf(pid).reduce((sum, child) => sum + cpuTimeMs(child), 0);
}

/** Linux counts in hundredths of a second for programs, whatever it does inside. */
const msPerTick = 10;

function ownTicks(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  // The name in brackets may hold spaces; after it, user and system time are the 12th and 13th field.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
}

function childrenOf(pid: number): readonly number[] {
  return read(`/proc/${pid}/task/${pid}/children`)
    .split(' ')
    .filter((child) => child !== '')
    .map(Number);
}

/** A process may end between two looks. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
