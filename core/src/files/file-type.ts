import { fileTypeFromBuffer } from 'file-type';
import { extensionOf, withExtension } from './file-name.js';

/** Bytes from the beginning of a file that its type is found out from. */
export const lookedAtBytes = 64 * 1024;

/** What a file is, and the name that fits it. */
export interface KnownType {
  /** Media type. */
  readonly type: string;
  /** A name whose ending belongs to another type has the right one behind it. */
  readonly name: string;
}

/**
 * Finds out what a file is from how it begins; its name only chooses among kinds of text. Null for what the store does not take: programs,
 * and what nobody knows.
 */
export async function typeOf(name: string, beginning: Buffer): Promise<KnownType | null> {
  const found = await fileTypeFromBuffer(beginning);
  if (found !== undefined && !isMarkup(found.mime)) return allowed(found.mime, found.ext, name);
  return isText(beginning) ? asText(name) : null;
}

function isMarkup(type: string): boolean {
  return type === 'application/xml' || type.endsWith('+xml');
}

function allowed(type: string, extension: string, name: string): KnownType | null {
  const isTaken = taken.has(type) || /^(image|audio|video)\//.test(type) || openDocument.test(type);
  if (!isTaken) return null;
  const known = taken.get(type) ?? [];
  const isFitting = extensionOf(name) === extension || known.includes(extensionOf(name));
  return { type, name: isFitting ? name : withExtension(name, extension) };
}

/** What people keep about their customers, beside pictures, sound and films, with further endings it may have. */
const taken: ReadonlyMap<string, readonly string[]> = new Map([
  ['application/pdf', ['ai']],
  ['application/rtf', []],
  ['application/zip', ['docx', 'xlsx', 'pptx', 'odt', 'ods', 'odp', 'pages', 'numbers', 'key']],
  ['application/gzip', ['tgz']],
  ['application/x-7z-compressed', []],
  ['application/x-cfb', ['doc', 'xls', 'ppt', 'msg', 'vsd', 'pub']],
  ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', []],
  ['application/vnd.openxmlformats-officedocument.wordprocessingml.template', []],
  ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', []],
  ['application/vnd.openxmlformats-officedocument.spreadsheetml.template', []],
  ['application/vnd.openxmlformats-officedocument.presentationml.presentation', []],
  ['application/vnd.openxmlformats-officedocument.presentationml.template', []],
  ['application/vnd.ms-outlook', []],
  ['application/epub+zip', []],
  ['application/postscript', ['eps']],
  ['application/vnd.visio', []],
]);

const openDocument = /^application\/vnd\.oasis\.opendocument\.(text|spreadsheet|presentation|graphics)$/;

/** Kinds of text by their ending. Markup is a text like others here: nobody is to have it run in this site's name. */
const texts: Readonly<Record<string, string>> = {
  txt: 'text/plain',
  log: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  json: 'application/json',
  ics: 'text/calendar',
  vcf: 'text/vcard',
  eml: 'message/rfc822',
  xml: 'text/plain',
  html: 'text/plain',
  htm: 'text/plain',
  svg: 'text/plain',
};

function asText(name: string): KnownType {
  const type = texts[extensionOf(name)];
  return type === undefined ? { type: 'text/plain', name: withExtension(name, 'txt') } : { type, name };
}

/** Without control characters but for white space, whatever the alphabet. UTF-16 says so at its beginning. */
function isText(beginning: Buffer): boolean {
  const mark = beginning.subarray(0, 2).toString('hex');
  if (mark === 'fffe' || mark === 'feff') return true;
  return !beginning.some((byte) => byte < 0x20 && !textControls.has(byte));
}

/** Tab, line feed, form feed, carriage return, escape. */
const textControls: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0c, 0x0d, 0x1b]);
