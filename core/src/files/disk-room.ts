import { statfs } from 'node:fs/promises';

/** What the disk of a folder says of itself. */
export interface DiskRoom {
  /** 0 where it does not say. */
  readonly totalBytes: number;
  readonly freeBytes: number;
}

/** Asks the disk of a folder. */
export async function diskRoomOf(folder: string): Promise<DiskRoom> {
  const { blocks, bavail, bsize } = await statfs(folder);
  return { totalBytes: blocks * bsize, freeBytes: bavail * bsize };
}

/** Whether so many bytes more leave enough for the database, which may live on the same disk: a twentieth of it, a gigabyte at most. */
export function leavesRoom({ totalBytes, freeBytes }: DiskRoom, bytes: number): boolean {
  return totalBytes === 0 || freeBytes - bytes >= Math.min(1024 ** 3, totalBytes / 20);
}
