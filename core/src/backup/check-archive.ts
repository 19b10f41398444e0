import { createHash, type Hash } from 'node:crypto';
import {
  archiveFormat,
  ArchiveError,
  archiveVersion,
  type ArchiveHeader,
  type ArchiveLine,
  type ArchiveTrailer,
  type PartSummary,
} from './archive-format.js';
import { damaged, readLines } from './archive-reader.js';

/** An archive in which every byte is as it was written. */
export interface CheckedArchive {
  readonly header: ArchiveHeader;
  readonly trailer: ArchiveTrailer;
}

/** A line and what it belongs to. */
export type ReadLine =
  | { readonly kind: 'line'; readonly line: ArchiveLine }
  | { readonly kind: 'row'; readonly table: string; readonly text: Buffer }
  | { readonly kind: 'part'; readonly file: string; readonly bytes: Buffer };

/** Reads an archive to its end and checks all of it. @throws ArchiveError `archive_damaged`, `archive_unknown` */
export async function checkArchive(path: string): Promise<CheckedArchive> {
  const reading = new Reading();
  for await (const text of readLines(path)) reading.take(text);
  return reading.end();
}

/** The same lines as {@link checkArchive} saw, or an error at the end. @throws ArchiveError `archive_damaged` */
export async function* readChecked(path: string, checked: CheckedArchive): AsyncGenerator<ReadLine> {
  const reading = new Reading();
  for await (const text of readLines(path)) yield reading.take(text);
  if (reading.end().trailer.body !== checked.trailer.body) throw damaged('it changed while it was read');
}

const [openArray, quote] = [0x5b, 0x22];

/** Follows the lines and counts and hashes what each part holds. */
class Reading {
  #header: ArchiveHeader | undefined;
  #trailer: ArchiveTrailer | undefined;
  readonly #body = createHash('sha256');
  readonly #tables = new Map<string, Tally>();
  readonly #files = new Map<string, Tally>();
  #table: string | undefined;
  #file: string | undefined;

  take(text: Buffer): ReadLine {
    if (this.#trailer !== undefined) throw damaged('something follows its end');
    const read = this.#read(text);
    const isBody = read.kind !== 'line' || !('header' in read.line || 'trailer' in read.line);
    if (isBody) this.#body.update(text).update('\n');
    return read;
  }

  end(): CheckedArchive {
    if (this.#header === undefined || this.#trailer === undefined) throw damaged('its end is missing');
    const trailer = this.#trailer;
    if (this.#body.digest('hex') !== trailer.body) throw damaged('its content does not fit its checksum');
    compare('table', this.#tables, trailer.tables);
    compare('file', this.#files, trailer.files);
    return { header: this.#header, trailer };
  }

  #read(text: Buffer): ReadLine {
    if (this.#header === undefined) return this.#begin(text);
    if (text[0] === openArray && this.#table !== undefined) return this.#row(text, this.#table);
    if (text[0] === quote && this.#file !== undefined) return this.#part(text, this.#file);
    return this.#line(parse(text) as ArchiveLine);
  }

  #line(line: ArchiveLine): ReadLine {
    this.#table = 'table' in line ? begun(this.#tables, line.table) : undefined;
    this.#file = 'file' in line ? begun(this.#files, line.file) : undefined;
    if ('trailer' in line) this.#trailer = line.trailer;
    return { kind: 'line', line };
  }

  #begin(text: Buffer): ReadLine {
    const line = parse(text) as { readonly header?: ArchiveHeader };
    if (line.header?.format !== archiveFormat)
      throw new ArchiveError('archive_unknown', 'This is not a backup of Trellis CRM');
    if (line.header.version !== archiveVersion)
      throw new ArchiveError(
        'archive_unknown',
        `This backup has format ${line.header.version}; this program reads ${archiveVersion}`,
      );
    this.#header = line.header;
    return { kind: 'line', line: { header: line.header } };
  }

  #row(text: Buffer, table: string): ReadLine {
    this.#tables.get(table)?.add(text, 1).add('\n', 0);
    return { kind: 'row', table, text };
  }

  #part(text: Buffer, file: string): ReadLine {
    const bytes = Buffer.from(String(parse(text)), 'base64');
    this.#files.get(file)?.add(bytes, bytes.length);
    return { kind: 'part', file, bytes };
  }
}

function begun(tallies: Map<string, Tally>, name: string): string {
  tallies.set(name, new Tally());
  return name;
}

class Tally {
  readonly #hash: Hash = createHash('sha256');
  #count = 0;

  add(bytes: Buffer | string, count: number): this {
    this.#hash.update(bytes);
    this.#count += count;
    return this;
  }

  end(): PartSummary {
    return { count: this.#count, sha256: this.#hash.digest('hex') };
  }
}

function compare(
  kind: 'table' | 'file',
  found: ReadonlyMap<string, Tally>,
  expected: Readonly<Record<string, PartSummary>>,
): void {
  const names = new Set([...found.keys(), ...Object.keys(expected)]);
  for (const name of names) {
    const summary = found.get(name)?.end();
    const { count, sha256 } = expected[name] ?? {};
    if (summary?.count !== count || summary?.sha256 !== sha256)
      throw damaged(`${kind} ${name} is not as it was written`);
  }
}

function parse(text: Buffer): unknown {
  try {
    const value: unknown = JSON.parse(text.toString('utf8'));
    if (typeof value === 'string' || (typeof value === 'object' && value !== null)) return value;
  } catch {
    // Told below, like a value of another kind.
  }
  throw damaged('a line in it is none of ours');
}
