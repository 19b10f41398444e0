import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform, type Readable, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { diskRoomOf, leavesRoom } from './disk-room.js';
import { lookedAtBytes } from './file-type.js';
import { namedFault, storageFull } from './storage-fault.js';

/** Content that has come in and lies under a name of its own, until it is kept or dropped. */
export interface ReceivedContent {
  readonly path: string;
  readonly sizeBytes: number;
  /** Hex. */
  readonly sha256: string;
  /** Its first bytes. */
  readonly beginning: Buffer;
}

/** Contents by their SHA-256 below the data folder: what two files have in common is there once, and never changes. */
export class ContentFolder {
  readonly #root: string;
  /** Bytes that may still come of what comes in now. */
  #comingBytes = 0;

  constructor(
    dataDir: string,
    private readonly roomOf = diskRoomOf,
  ) {
    this.#root = join(dataDir, 'files');
  }

  /** Takes a stream in, safe on the disk when this resolves; what failed leaves nothing. @throws what `tooLarge` makes, UnavailableError `storage_full` */
  async receive(source: Readable, maxBytes: number, tooLarge: () => Error): Promise<ReceivedContent> {
    const path = join(this.#incoming, randomUUID());
    const meter = new ContentMeter(maxBytes, tooLarge);
    this.#comingBytes += maxBytes;
    const coming = this.#comingBytes;
    try {
      await mkdir(this.#incoming, { recursive: true, mode: 0o700 });
      if (!leavesRoom(await this.roomOf(this.#root), coming)) throw storageFull();
      await pipeline(source, meter, createWriteStream(path, { mode: 0o600, flush: true }));
      return { path, sizeBytes: meter.sizeBytes, sha256: meter.digest(), beginning: meter.beginning() };
    } catch (error) {
      await rm(path, { force: true });
      throw namedFault(error);
    } finally {
      this.#comingBytes -= maxBytes;
    }
  }

  /** Forgets what came in. */
  async drop({ path }: ReceivedContent): Promise<void> {
    await rm(path, { force: true });
  }

  /** Gives what came in its lasting name. What is there already under it says the same. */
  async keep({ path, sha256 }: ReceivedContent): Promise<void> {
    const target = this.pathOf(sha256);
    try {
      await mkdir(dirname(target), { recursive: true, mode: 0o700 });
      await rename(path, target);
      await syncFolder(dirname(target));
    } catch (error) {
      throw namedFault(error);
    }
  }

  /** @returns null for content that is not there */
  async read(sha256: string): Promise<Readable | null> {
    const path = this.pathOf(sha256);
    const isThere = await stat(path).then(
      (found) => found.isFile(),
      () => false,
    );
    return isThere ? createReadStream(path) : null;
  }

  async remove(sha256: string): Promise<void> {
    await rm(this.pathOf(sha256), { force: true });
  }

  /** Contents last kept before a moment, folder by folder. */
  async *keptBefore(moment: Date): AsyncGenerator<readonly string[]> {
    for (const folder of await namesIn(this.#root)) {
      if (!/^[0-9a-f]{2}$/.test(folder)) continue;
      yield await olderIn(join(this.#root, folder), moment);
    }
  }

  /** Removes what came in before a moment and was never kept: whoever sent it is gone. */
  async sweepIncoming(before: Date): Promise<void> {
    for (const name of await olderIn(this.#incoming, before)) await rm(join(this.#incoming, name), { force: true });
  }

  pathOf(sha256: string): string {
    return join(this.#root, sha256.slice(0, 2), sha256);
  }

  get #incoming(): string {
    return join(this.#root, 'incoming');
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
}

async function olderIn(folder: string, moment: Date): Promise<readonly string[]> {
  const older: string[] = [];
  for (const name of await namesIn(folder)) {
    const found = await stat(join(folder, name)).catch(() => null);
    if (found !== null && found.mtime < moment) older.push(name);
  }
  return older;
}

/** A name is lasting once its folder is on the disk; where folders cannot be opened the system sees to it. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Measures what passes. */
class ContentMeter extends Transform {
  sizeBytes = 0;
  readonly #hash = createHash('sha256');
  readonly #first: Buffer[] = [];

  constructor(
    private readonly maxBytes: number,
    private readonly tooLarge: () => Error,
  ) {
    super();
  }

  override _transform(bytes: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.sizeBytes < lookedAtBytes) this.#first.push(bytes);
    this.sizeBytes += bytes.length;
    this.#hash.update(bytes);
    if (this.sizeBytes > this.maxBytes) done(this.tooLarge());
    else done(null, bytes);
  }

  digest(): string {
    return this.#hash.digest('hex');
  }

  beginning(): Buffer {
    return Buffer.concat(this.#first).subarray(0, lookedAtBytes);
  }
}
