import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { TooLargeError } from '@trellis-crm/sdk';
import { uuidV7 } from '../../database/uuid-v7.js';

/** Bytes an uploaded package may have. */
export const maxPackageBytes = 50 * 1024 * 1024;

/** Keeps an uploaded package in a file for as long as `work` takes. @throws TooLargeError `package_too_large` */
export async function withReceivedPackage<T>(
  stream: Readable,
  dataDir: string,
  work: (path: string) => Promise<T>,
): Promise<T> {
  const folder = join(dataDir, 'plugins', '.uploads');
  const path = join(folder, `${uuidV7()}.tgz`);
  await mkdir(folder, { recursive: true });
  try {
    await pipeline(stream, limited, createWriteStream(path, { mode: 0o600 }));
    return await work(path);
  } finally {
    await rm(path, { force: true });
  }
}

async function* limited(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const piece of source) {
    bytes += piece.length;
    if (bytes > maxPackageBytes) throw new TooLargeError('package_too_large', { maxBytes: maxPackageBytes });
    yield piece;
  }
}
