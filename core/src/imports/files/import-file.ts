import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

/** A file as it came, which can be read more than once and from any place; never held in memory as a whole unless it came so. */
export interface ImportFile {
  readonly name: string;
  readonly sizeBytes: number;
  /** Its bytes from one position up to another, in pieces. */
  read(from?: number, to?: number): AsyncIterable<Buffer>;
}

/** A file whose bytes are in memory. */
export function fileOfBytes(name: string, bytes: Buffer): ImportFile {
  return {
    name,
    sizeBytes: bytes.length,
    async *read(from = 0, to = bytes.length) {
      for (let at = from; at < to; at += pieceBytes) {
        // The event loop gets a turn between pieces.
        await new Promise(setImmediate);
        yield bytes.subarray(at, Math.min(at + pieceBytes, to));
      }
    },
  };
}

/** A file on the disk. */
export async function fileAtPath(name: string, path: string): Promise<ImportFile> {
  const { size } = await stat(path);
  return {
    name,
    sizeBytes: size,
    async *read(from = 0, to = size) {
      if (from >= to) return;
      const pieces: AsyncIterable<Buffer> = createReadStream(path, {
        start: from,
        end: to - 1,
        highWaterMark: pieceBytes,
      });
      yield* pieces;
    },
  };
}

/** The first bytes of a file. */
export async function beginningOf(file: ImportFile, bytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of file.read(0, Math.min(bytes, file.sizeBytes))) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Texts made of a piece, also its bytes in hex, are small enough to be swept with what is young; of larger ones heaps pile up. */
const pieceBytes = 60 * 1024;
