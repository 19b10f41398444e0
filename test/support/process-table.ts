import { execFileSync } from 'node:child_process';

/** Ids of the server processes that a supervisor runs; the database is its child too, and zombies are nobody's. */
export function serverProcessesOf(supervisor: number): number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' }).trim().split('\n');
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([, parent, state]) => Number(parent) === supervisor && !state?.startsWith('Z'))
    .filter((words) => words.some((word) => word.endsWith('server-process.js')))
    .map(([pid]) => Number(pid));
}
