import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A call into a module as the marker names it. */
export interface MarkedCall {
  readonly module: string;
  /** What was called, in words: `route POST /deals`. */
  readonly what: string;
}

/** Whose code a process ran at its end. */
export interface MarkedCalls {
  /** The call that had the thread; null when none of a module had it. */
  readonly now: MarkedCall | null;
  /** Calls that waited for something, the latest first. */
  readonly waiting: readonly MarkedCall[];
}

/**
 * A small file that says whose code a process runs. Written in place before and after each call, without a sync: it has to
 * outlive the process (an exit, a kill, a loop), not the machine.
 */
export interface CrashMarker {
  note(calls: MarkedCalls): void;
  /** Removes it: the process ends as it should. */
  close(): void;
}

/** Room for the call that runs and the latest that wait; a page of the file system, so that it is written as a whole. */
const sizeBytes = 4096;
const maxWaiting = 8;

/** Where the marker of a server process lies. */
export function crashMarkerPath(dataDir: string, pid: number): string {
  return join(folderIn(dataDir), `${pid}.json`);
}

/** Opens the marker of this process; its blocks are taken now, so that a full disk does not matter later. */
export function openCrashMarker(path: string): CrashMarker {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'w');
  const page = Buffer.alloc(sizeBytes, ' ');
  writeSync(file, page, 0, sizeBytes, 0);
  let isOpen = true;
  return {
    note({ now, waiting }) {
      if (!isOpen) return;
      page.fill(' ');
      page.write(toText({ now, waiting: waiting.slice(0, maxWaiting) }));
      writeSync(file, page, 0, sizeBytes, 0);
    },
    close() {
      if (!isOpen) return;
      isOpen = false;
      closeSync(file);
      rmSync(path, { force: true });
    },
  };
}

/** Reads the marker of a process. @returns undefined when it has none, or an unreadable one */
export function readCrashMarker(path: string): MarkedCalls | undefined {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return text === '' ? undefined : (JSON.parse(text) as MarkedCalls);
  } catch {
    return undefined;
  }
}

/** Reads and removes the marker of a process that died. */
export function takeCrashMarker(path: string): MarkedCalls | undefined {
  const calls = readCrashMarker(path);
  rmSync(path, { force: true });
  return calls;
}

/** Removes what processes left whose supervisor died with them. @param isRunning whether a process still runs */
export async function sweepCrashMarkers(dataDir: string, isRunning: (pid: number) => Promise<boolean>): Promise<void> {
  const folder = folderIn(dataDir);
  for (const name of await readdir(folder).catch(() => [])) {
    if (!(await isRunning(Number.parseInt(name, 10)))) await rm(join(folder, name), { force: true });
  }
}

function folderIn(dataDir: string): string {
  return join(dataDir, 'running');
}

/** Names are short; a text that would not fit is one of a plugin's jokes and says only who it was. */
function toText(calls: MarkedCalls): string {
  const text = JSON.stringify(calls);
  if (Buffer.byteLength(text) <= sizeBytes) return text;
  const brief = ({ module }: MarkedCall): MarkedCall => ({ module, what: '' });
  return JSON.stringify({ now: calls.now && brief(calls.now), waiting: calls.waiting.map(brief) });
}
