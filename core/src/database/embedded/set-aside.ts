import { rename, rm, stat } from 'node:fs/promises';
import { StartError } from '@trellis-crm/config';
import { findPlace } from './place.js';
import { isLivePostmaster, readPostmasterFile } from './postmaster-file.js';

/** The embedded database of a data folder, moved out of the way. */
export interface SetAside {
  /** Where it is kept; undefined when there was none. */
  readonly kept: string | undefined;
  /** Puts it back in place of what was made meanwhile. Nobody may use either. */
  undo(): Promise<void>;
}

/** Makes room for a new embedded database and keeps the present one beside it. @throws StartError while it is in use */
export async function setClusterAside(dataDir: string, at: Date): Promise<SetAside> {
  const place = await findPlace(dataDir);
  const file = await readPostmasterFile(place.cluster);
  if (file !== undefined && (await isLivePostmaster(place.cluster, file))) {
    throw new StartError('The embedded database is in use', {
      reason: `PostgreSQL runs on it, pid ${file.pid}`,
      fix: 'stop the server and wait for other commands to end, then try again',
    });
  }
  const kept = `${place.home}.kept-${at.toISOString().replaceAll(/[:.]/g, '-')}`;
  const isThere = (await stat(place.home).catch(() => undefined)) !== undefined;
  if (isThere) await rename(place.home, kept);
  return {
    kept: isThere ? kept : undefined,
    async undo() {
      await rm(place.home, { recursive: true, force: true });
      if (isThere) await rename(kept, place.home);
    },
  };
}
