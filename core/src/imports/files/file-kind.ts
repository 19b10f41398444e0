import { refuseFile } from '../file-refusal.js';

/** Forms of files that can be imported. */
export type FileFormat = 'csv' | 'xlsx' | 'vcard';

/**
 * What a file is, by its first bytes and never by its name.
 * @throws ValidationError `empty_file`, `old_spreadsheet`, `not_text`
 */
export function formatOf(start: Buffer): FileFormat {
  if (start.length === 0) throw refuseFile('empty_file', 'The file is empty.');
  if (begins(start, [0x50, 0x4b, 0x03, 0x04])) return 'xlsx';
  if (begins(start, [0xd0, 0xcf, 0x11, 0xe0])) {
    throw refuseFile('old_spreadsheet', 'This is a spreadsheet of the form before 2007. Save it as .xlsx or CSV.');
  }
  const other = otherKinds.find(({ bytes }) => begins(start, bytes));
  if (other !== undefined) {
    const message = `This is ${other.name}, whatever it is called. CSV, XLSX and vCard can be imported.`;
    throw refuseFile('not_text', message, { line: 1 });
  }
  return isCard(start) ? 'vcard' : 'csv';
}

/** Names are for the message of the API; pages have a text of their own. */
const otherKinds = [
  { name: 'a program', bytes: [0x4d, 0x5a, 0x90] },
  { name: 'a program', bytes: [0x7f, 0x45, 0x4c, 0x46] },
  { name: 'a PDF', bytes: [0x25, 0x50, 0x44, 0x46, 0x2d] },
  { name: 'a picture', bytes: [0x89, 0x50, 0x4e, 0x47] },
  { name: 'a picture', bytes: [0xff, 0xd8, 0xff] },
  { name: 'a picture', bytes: [0x47, 0x49, 0x46, 0x38] },
  { name: 'a compressed file', bytes: [0x1f, 0x8b] },
  { name: 'a compressed file', bytes: [0x37, 0x7a, 0xbc, 0xaf] },
  { name: 'a compressed file', bytes: [0x52, 0x61, 0x72, 0x21] },
];

function begins(start: Buffer, bytes: readonly number[]): boolean {
  return bytes.every((byte, at) => start[at] === byte);
}

/** In any encoding: NULs of UTF-16 and byte order marks are passed over. */
function isCard(start: Buffer): boolean {
  const text = start
    .toString('latin1', 0, 200)
    .replaceAll('\0', '')
    .replace(/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '');
  return /^\s*BEGIN:VCARD\s/i.test(text);
}
