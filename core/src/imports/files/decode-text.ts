import type { ValidationError } from '@trellis-crm/sdk';
import { refuseFile } from '../file-refusal.js';
import type { ImportFile } from './import-file.js';

/**
 * Text of a file as UTF-8 without a byte order mark, piece by piece.
 * @param encoding WHATWG label
 * @throws ValidationError `unknown_encoding`, `not_in_encoding`, `contains_nul`, `not_text` with the line
 */
export async function* decodeText(file: ImportFile, encoding: string): AsyncGenerator<Buffer> {
  const decoder = decoderFor(encoding);
  let line = 1;
  for await (const piece of file.read()) {
    const text = decoded(decoder, piece, line, encoding);
    refuseControls(text, line);
    line += breaksIn(text, text.length);
    yield text;
  }
  const rest = decoded(decoder, undefined, line, encoding);
  if (rest.length > 0) yield rest;
}

function decoderFor(label: string): TextDecoder {
  try {
    return new TextDecoder(label, { fatal: true });
  } catch {
    const message = `No encoding is called "${label}". Known ones: utf-8, utf-16le, utf-16be, windows-1252, gb18030, shift_jis.`;
    throw refuseFile('unknown_encoding', message, { encoding: label });
  }
}

function decoded(decoder: TextDecoder, piece: Buffer | undefined, line: number, encoding: string): Buffer {
  try {
    return Buffer.from(piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true }), 'utf8');
  } catch {
    const message = `The file is not valid ${encoding}, from about line ${line} on. Leave the encoding out to have it found, or name another one.`;
    throw refuseFile('not_in_encoding', message, { encoding, line });
  }
}

/** Characters no text file has: all below the space but tab, line breaks, form feed and the end mark of DOS. */
const controls = /[\x01-\x08\x0b\x0e-\x19\x1b-\x1f]/;

function refuseControls(text: Buffer, firstLine: number): void {
  const nul = text.indexOf(0);
  if (nul !== -1) throw nulRefusal(firstLine + breaksIn(text, nul));
  const found = controls.exec(text.toString('latin1'));
  if (found === null) return;
  const line = firstLine + breaksIn(text, found.index);
  throw refuseFile('not_text', `Line ${line} holds what no text file holds: this is a file of another kind.`, { line });
}

function nulRefusal(line: number): ValidationError {
  return refuseFile(
    'contains_nul',
    `Line ${line} contains a NUL byte: the file is not text, or is text in an encoding that cannot be told.`,
    { line },
  );
}

function breaksIn(text: Buffer, end: number): number {
  let count = 0;
  for (let at = text.indexOf(10); at !== -1 && at < end; at = text.indexOf(10, at + 1)) count += 1;
  return count;
}
