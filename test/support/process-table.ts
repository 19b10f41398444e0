import { execFileSync } from 'node:child_process';

interface Row {
  readonly pid: number;
  readonly parent: number;
  readonly words: readonly string[];
}

/** Ids of the server processes that a supervisor runs; the database is its child too, and zombies are nobody's. */
export function serverProcessesOf(supervisor: number): number[] {
  return childrenOf(supervisor)
    .filter(({ words }) => words.some((word) => word.endsWith('server-process.js')))
    .map(({ pid }) => pid);
}

/** Ids of the database servers on a data folder, whether or not they have said so in their file; not of their children. */
export function databaseServersOn(dataDir: string): number[] {
  return readTable()
    .filter(({ words }) => /postgres(\.exe)?$/.test(words[0] ?? '') && words.some((word) => word.startsWith(dataDir)))
    .map(({ pid }) => pid);
}

/** A process and those it started, itself first: stopped in this order nobody of them starts another meanwhile. */
export function familyOf(pid: number): number[] {
  return [pid, ...childrenOf(pid).map((child) => child.pid)];
}

function childrenOf(parent: number): Row[] {
  return readTable().filter((row) => row.parent === parent);
}

function readTable(): Row[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' }).trim().split('\n');
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , state]) => !state?.startsWith('Z'))
    .map(([pid, above, , ...words]) => ({ pid: Number(pid), parent: Number(above), words }));
}
