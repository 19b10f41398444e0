import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { PassThrough } from 'node:stream';
import { createZstdDecompress } from 'node:zlib';
import { ArchiveError, sealBytes, sealOf } from './archive-format.js';

/**
 * Lines of an archive without their newlines, as they are decompressed. @throws ArchiveError `archive_damaged` at the latest
 * at the end when a byte of the file differs from what was written; whoever acts on a line before that has to take it back
 */
export async function* readLines(path: string): AsyncGenerator<Buffer> {
  const length = (await sizeOf(path)) - sealBytes;
  if (length <= 0) throw damaged('it is too short');
  const hash = createHash('sha256');
  const lines = new PassThrough();
  const source = createReadStream(path, { end: length - 1 }).on('data', (piece) => hash.update(piece));
  const read = pipeline(source, createZstdDecompress(), lines);
  read.catch(() => undefined);
  try {
    yield* split(lines);
    await read;
  } catch (error) {
    throw isForeign(error) ? damaged(error instanceof Error ? error.message : String(error), error) : error;
  } finally {
    source.destroy();
  }
  const seal = await readSeal(path, length);
  if (!seal.equals(sealOf(hash.digest()))) throw damaged('its checksum does not fit');
}

/** The error for an archive that is not as it was written. */
export function damaged(reason: string, cause?: unknown): ArchiveError {
  return new ArchiveError('archive_damaged', `The archive is damaged or incomplete: ${reason}`, cause);
}

const newline = 10;

/** A line may be long (a file's part, a big value), never the whole archive. */
async function* split(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  for await (const piece of pieces) {
    let start = 0;
    for (let end = piece.indexOf(newline); end >= 0; end = piece.indexOf(newline, start)) {
      yield rest.length === 0 ? piece.subarray(start, end) : Buffer.concat([...rest, piece.subarray(start, end)]);
      rest = [];
      start = end + 1;
    }
    if (start < piece.length) rest.push(piece.subarray(start));
  }
  if (rest.length > 0) throw damaged('its last line has no end');
}

/** Faults of reading and decompressing; what the reader of the lines throws is not ours to translate. */
function isForeign(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(Z_|ZSTD_|ERR_)/.test(String(error.code));
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (cause) {
    throw new ArchiveError('archive_unknown', `${path} cannot be read`, cause);
  }
}

async function readSeal(path: string, position: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(sealBytes + 1), 0, sealBytes + 1, position);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
