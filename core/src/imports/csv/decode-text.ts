import { isUtf8 } from 'node:buffer';
import { refuseFile } from '../file-refusal.js';

/** A file's text as UTF-8 without a byte order mark, and the encoding it came in. */
export interface DecodedText {
  readonly text: Buffer;
  /** WHATWG label, for instance `utf-8`, `utf-16le`, `windows-1252`, `gb18030`. */
  readonly encoding: string;
}

/**
 * Reads bytes as text. Without an encoding a byte order mark decides, else it must be UTF-8: what else it might be is
 * named in the refusal and never guessed, because a wrong guess spoils names unseen.
 * @throws ValidationError `empty_file`, `unknown_encoding`, `contains_nul`
 */
export function decodeText(bytes: Buffer, encoding?: string): DecodedText {
  if (bytes.length === 0) throw refuseFile('empty_file', 'The file is empty.');
  const label = encoding ?? byteOrderMark(bytes) ?? 'utf-8';
  const decoded =
    label === 'utf-8' ? fromUtf8(bytes) : { text: fromLabel(bytes, label), encoding: label.toLowerCase() };
  refuseNul(decoded.text);
  if (decoded.text.toString('latin1', 0, 4096).trim() === '')
    throw refuseFile('empty_file', 'The file has no text in it.');
  return decoded;
}

const utf8Mark = Buffer.from([0xef, 0xbb, 0xbf]);
/** Encodings spreadsheets save in; offered when the bytes are not UTF-8 and fit them. */
const candidates = ['gb18030', 'shift_jis', 'windows-1252'] as const;

function byteOrderMark(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return undefined;
}

function fromUtf8(bytes: Buffer): DecodedText {
  const text = bytes.subarray(0, 3).equals(utf8Mark) ? bytes.subarray(3) : bytes;
  if (!isUtf8(text)) throw notUtf8(text);
  return { text, encoding: 'utf-8' };
}

function fromLabel(bytes: Buffer, label: string): Buffer {
  const decoder = decoderFor(label);
  try {
    return Buffer.from(decoder.decode(bytes), 'utf8');
  } catch {
    throw refuseFile('unknown_encoding', `The file is not valid ${label}.`);
  }
}

function decoderFor(label: string): TextDecoder {
  try {
    return new TextDecoder(label, { fatal: true });
  } catch {
    throw refuseFile(
      'unknown_encoding',
      `No encoding is called "${label}". Known ones: utf-8, utf-16le, windows-1252, gb18030, shift_jis.`,
    );
  }
}

function notUtf8(bytes: Buffer) {
  if (bytes.includes(0)) return nulRefusal(bytes);
  const fitting = candidates.filter((label) => fits(bytes, label));
  const choice = fitting.map((label) => `"${label}"`).join(' or ');
  return refuseFile(
    'unknown_encoding',
    `The file is not UTF-8. Save it as UTF-8, or name its encoding: ${choice} fits.`,
    {
      line: lineOf(bytes, firstInvalidByte(bytes)),
    },
  );
}

function fits(bytes: Buffer, label: string): boolean {
  try {
    new TextDecoder(label, { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Halves the search: a prefix that ends before the first bad byte is valid but for a character cut off at its end. */
function firstInvalidByte(bytes: Buffer): number {
  let valid = 0;
  let invalid = bytes.length;
  while (invalid - valid > 8) {
    const middle = (valid + invalid) >> 1;
    if (isValidPrefix(bytes, middle)) valid = middle;
    else invalid = middle;
  }
  return valid;
}

function isValidPrefix(bytes: Buffer, end: number): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, end), { stream: true });
    return true;
  } catch {
    return false;
  }
}

function refuseNul(text: Buffer): void {
  if (text.includes(0)) throw nulRefusal(text);
}

function nulRefusal(text: Buffer) {
  const line = lineOf(text, text.indexOf(0));
  return refuseFile(
    'contains_nul',
    `Line ${line} contains a NUL byte: the file is not text, or is UTF-16 without a byte order mark.`,
    { line },
  );
}

function lineOf(bytes: Buffer, position: number): number {
  let line = 1;
  for (let at = bytes.indexOf(10); at !== -1 && at < position; at = bytes.indexOf(10, at + 1)) line += 1;
  return line;
}
