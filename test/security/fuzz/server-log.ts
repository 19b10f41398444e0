import { open, stat } from 'node:fs/promises';
import type { CoreTestHost } from '@trellis-crm/core/testing';

/** The database's own log of what was wrong with statements. */
export interface ServerLog {
  /** Errors of this database since the last call that mean a statement of ours was wrong: syntax, names, types, text that cannot be stored. */
  mistakes(): Promise<readonly string[]>;
}

/** Class 42 is a statement that is wrong in itself; 22P05 and 22021 are text nobody checked. 42501 is a right that is missing. */
const mistaken = /^\[(\w+),(42(?!501)\w{3}|22P05|22021)\]ERROR/;

/** Begins to read the log at its present end. */
export async function watchServerLog({ database }: CoreTestHost): Promise<ServerLog> {
  const name = new URL(database.url).pathname.slice(1);
  let position = (await stat(database.serverLog)).size;
  return {
    async mistakes() {
      const text = await readFrom(database.serverLog, position);
      position += Buffer.byteLength(text);
      return text.split('\n').flatMap((line, at, lines) => {
        if (mistaken.exec(line)?.[1] !== name) return [];
        return [`${line} ${lines[at + 1]?.slice(0, 300) ?? ''}`];
      });
    },
  };
}

async function readFrom(path: string, start: number): Promise<string> {
  const file = await open(path, 'r');
  try {
    const length = (await file.stat()).size - start;
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, start);
    return buffer.toString('utf8');
  } finally {
    await file.close();
  }
}
