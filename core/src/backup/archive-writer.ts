import { createHash, type Hash } from 'node:crypto';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { createZstdCompress, type ZstdCompress } from 'node:zlib';
import { sealOf, type ArchiveHeader, type ArchiveLine, type PartSummary } from './archive-format.js';

/** What a finished archive holds. */
export interface WrittenArchive {
  readonly sizeBytes: number;
  /** SHA-256 of the body. */
  readonly body: string;
  readonly tables: Readonly<Record<string, PartSummary>>;
  readonly files: Readonly<Record<string, PartSummary>>;
}

/**
 * Writes one archive line by line: under another name until it is whole and on the disk. Holds no more than one batch of
 * lines in memory.
 */
export class ArchiveWriter {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #zstd: ZstdCompress = createZstdCompress();
  readonly #written: Promise<number>;
  readonly #fileHash = createHash('sha256');
  readonly #bodyHash = createHash('sha256');
  readonly #tables: Record<string, PartSummary> = {};
  readonly #files: Record<string, PartSummary> = {};

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
    this.#written = this.#drain();
    this.#written.catch(() => undefined);
  }

  /** Begins the file beside its final place; only its owner may read it. */
  static async create(path: string, header: ArchiveHeader): Promise<ArchiveWriter> {
    const writer = new ArchiveWriter(path, await open(draftOf(path), 'w', 0o600));
    await writer.#write(toLine({ header }));
    return writer;
  }

  /** Adds one line of the body. */
  async line(line: ArchiveLine): Promise<void> {
    await this.#body(toLine(line));
  }

  /** Adds the rows of a table. @param lines whole lines, each ending in a newline, in any number of pieces */
  async table(name: string, columns: readonly string[], lines: AsyncIterable<Buffer>): Promise<void> {
    await this.line({ table: name, columns });
    const hash = createHash('sha256');
    let count = 0;
    for await (const piece of lines) {
      hash.update(piece);
      for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, at + 1)) count += 1;
      await this.#body(piece);
    }
    this.#tables[name] = { count, sha256: hash.digest('hex') };
  }

  /** Adds a file. @param path below the data folder, with `/` */
  async file(path: string, content: AsyncIterable<Buffer>): Promise<void> {
    await this.line({ file: path });
    const hash = createHash('sha256');
    let count = 0;
    for await (const piece of content) {
      hash.update(piece);
      count += piece.length;
      await this.#body(Buffer.from(`"${piece.toString('base64')}"\n`));
    }
    this.#files[path] = { count, sha256: hash.digest('hex') };
  }

  /** Ends the archive and puts it into place, on the disk before it has its name. */
  async finish(): Promise<WrittenArchive> {
    const body = this.#bodyHash.digest('hex');
    await this.#write(toLine({ trailer: { tables: this.#tables, files: this.#files, body } }));
    this.#zstd.end();
    const sizeBytes = await this.#written;
    await this.#file.sync();
    await this.#file.close();
    await rename(draftOf(this.#path), this.#path);
    await syncFolder(dirname(this.#path));
    return { sizeBytes, body, tables: this.#tables, files: this.#files };
  }

  /** Gives up; nothing is left. */
  async abort(): Promise<void> {
    this.#zstd.destroy();
    await this.#written.catch(() => undefined);
    await this.#file.close().catch(() => undefined);
    await rm(draftOf(this.#path), { force: true });
  }

  async #body(piece: Buffer): Promise<void> {
    this.#bodyHash.update(piece);
    await this.#write(piece);
  }

  async #write(piece: Buffer): Promise<void> {
    if (this.#zstd.write(piece)) return;
    // A full disk ends the draining, and nothing would ever drain again.
    await Promise.race([once(this.#zstd, 'drain'), this.#written]);
  }

  async #drain(): Promise<number> {
    let size = 0;
    try {
      for await (const piece of this.#zstd as AsyncIterable<Buffer>) size += await this.#store(piece, this.#fileHash);
      return size + (await this.#store(sealOf(this.#fileHash.digest())));
    } catch (error) {
      this.#zstd.destroy();
      throw error;
    }
  }

  async #store(piece: Buffer, hash?: Hash): Promise<number> {
    hash?.update(piece);
    await this.#file.writeFile(piece);
    return piece.length;
  }
}

function draftOf(path: string): string {
  return `${path}.part-${process.pid}`;
}

function toLine(line: ArchiveLine): Buffer {
  return Buffer.from(`${JSON.stringify(line)}\n`);
}

/** The new name is on the disk, too; platforms that cannot open a folder need not. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path).catch(() => undefined);
  try {
    await folder?.sync();
  } catch {
    // Not every file system syncs folders.
  } finally {
    await folder?.close();
  }
}
