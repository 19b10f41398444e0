import { Readable } from 'node:stream';
import { isTrellisError } from '@trellis-crm/sdk';
import { fromRandomAccessReaderPromise, RandomAccessReader, type Entry, type ZipFile } from 'yauzl';
import { refuseFile } from '../file-refusal.js';
import type { ImportFile } from '../files/import-file.js';
import { broken, tooLarge, xlsxLimits } from './xlsx-limits.js';

/** The parts of an archive by name, in lower case. */
export interface ZipParts {
  has(name: string): boolean;
  /** Bytes of a part, as it is unpacked. @throws ValidationError `broken_spreadsheet`, `spreadsheet_too_large` */
  open(name: string): AsyncIterable<Buffer>;
}

/** Reads the directory of an archive. @throws ValidationError `not_a_spreadsheet`, `spreadsheet_too_large` */
export async function readZip(file: ImportFile): Promise<ZipParts> {
  const zip = await openZip(file);
  const entries = await readEntries(zip);
  return {
    has: (name) => entries.has(name.toLowerCase()),
    open: (name) => openPart(zip, entries.get(name.toLowerCase())),
  };
}

async function openZip(file: ImportFile): Promise<ZipFile> {
  try {
    const options = { lazyEntries: true, autoClose: false, validateEntrySizes: true };
    return await fromRandomAccessReaderPromise(new FileReader(file), file.sizeBytes, options);
  } catch (cause) {
    throw notASpreadsheet(cause);
  }
}

async function readEntries(zip: ZipFile): Promise<ReadonlyMap<string, Entry>> {
  if (zip.entryCount > xlsxLimits.entries) throw tooLarge();
  const entries = new Map<string, Entry>();
  try {
    for await (const entry of zip.eachEntry()) entries.set(entry.fileName.toLowerCase(), entry);
  } catch (cause) {
    throw notASpreadsheet(cause);
  }
  return entries;
}

/** What the directory says is checked here, and that it says the truth while the part is unpacked. */
async function* openPart(zip: ZipFile, entry: Entry | undefined): AsyncGenerator<Buffer> {
  if (entry === undefined) throw broken('a part is missing');
  const { compressedSize, uncompressedSize } = entry;
  const isBomb = uncompressedSize > xlsxLimits.ratioFromBytes && uncompressedSize > compressedSize * xlsxLimits.ratio;
  if (isBomb || uncompressedSize > xlsxLimits.partBytes) throw tooLarge();
  try {
    const pieces: AsyncIterable<Buffer> = await zip.openReadStreamPromise(entry);
    yield* pieces;
  } catch (error) {
    if (isTrellisError(error)) throw error;
    throw Object.assign(broken('a part is damaged'), { cause: error });
  }
}

function notASpreadsheet(cause: unknown): Error {
  const message = 'This is an archive and no spreadsheet. CSV, XLSX and vCard can be imported.';
  return Object.assign(refuseFile('not_a_spreadsheet', message), { cause });
}

class FileReader extends RandomAccessReader {
  readonly #file: ImportFile;

  constructor(file: ImportFile) {
    super();
    this.#file = file;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.#file.read(start, end), { objectMode: false });
  }
}
