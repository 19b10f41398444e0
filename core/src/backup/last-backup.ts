import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What is known of the last backup that this installation took. */
export interface LastBackup {
  readonly file: string;
  readonly at: Date;
  readonly sizeBytes: number;
}

/** Remembers a backup beside the data, wherever its file went. */
export async function noteBackup(dataDir: string, backup: LastBackup): Promise<void> {
  const path = placeIn(dataDir);
  await mkdir(join(dataDir, 'backups'), { recursive: true });
  await writeFile(`${path}.${process.pid}`, JSON.stringify(backup));
  await rename(`${path}.${process.pid}`, path);
}

/** The last backup; undefined when there was none. */
export async function readLastBackup(dataDir: string): Promise<LastBackup | undefined> {
  try {
    const { file, at, sizeBytes } = JSON.parse(await readFile(placeIn(dataDir), 'utf8')) as {
      file: string;
      at: string;
      sizeBytes: number;
    };
    return { file, at: new Date(at), sizeBytes };
  } catch {
    return undefined;
  }
}

function placeIn(dataDir: string): string {
  return join(dataDir, 'backups', 'last.json');
}
