import { ChineseStatistics } from './chinese-statistics.js';
import { beginningOf, type ImportFile } from './import-file.js';

/**
 * The encoding of a text file as a WHATWG label: by its byte order mark; UTF-8 when all of it is; UTF-16 when every other byte of its
 * ASCII letters is NUL; else GB18030 when its bytes pair up as Chinese does, and Windows-1252 when they stand alone as accents do.
 */
export async function detectEncoding(file: ImportFile): Promise<string> {
  const start = await beginningOf(file, sampleBytes);
  return byteOrderMark(start) ?? utf16Of(start) ?? ((await isUtf8(file)) ? 'utf-8' : await legacyEncodingOf(file));
}

const sampleBytes = 64 * 1024;

function byteOrderMark(bytes: Buffer): string | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return null;
}

/** Line breaks are there in any language, nearly each with a NUL on the same side; a program has NULs on both. */
function utf16Of(bytes: Buffer): string | null {
  const nuls = { even: 0, odd: 0 };
  const breaks = { alone: 0, even: 0, odd: 0 };
  for (let at = 0; at < bytes.length; at += 1) {
    if (bytes[at] === 0) nuls[at % 2 === 0 ? 'even' : 'odd'] += 1;
    else if (bytes[at] === 10) breaks[sideOf(bytes, at)] += 1;
  }
  if (nuls.even * nuls.odd > 0) return null;
  if (breaks.even > 4 * (breaks.odd + breaks.alone)) return 'utf-16le';
  return breaks.odd > 4 * (breaks.even + breaks.alone) ? 'utf-16be' : null;
}

/** Where the break of a line stands in its pair, if the other byte of the pair is NUL. */
function sideOf(bytes: Buffer, at: number): 'alone' | 'even' | 'odd' {
  if (at % 2 === 0) return bytes[at + 1] === 0 ? 'even' : 'alone';
  return bytes[at - 1] === 0 ? 'odd' : 'alone';
}

async function isUtf8(file: ImportFile): Promise<boolean> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const piece of file.read()) decoder.decode(piece, { stream: true });
    decoder.decode();
    return true;
  } catch {
    return false;
  }
}

/** What is UTF-8 but for a few bytes is damaged UTF-8: read as anything else, all of its names would be spoilt. */
async function legacyEncodingOf(file: ImportFile): Promise<string> {
  const statistics = new ChineseStatistics();
  const beyond = { ascii: 0, inUtf8: 0 };
  for await (const piece of file.read()) {
    const text = piece.toString('latin1');
    beyond.ascii += lengthOf(text, /[\x80-\xff]+/g);
    beyond.inUtf8 += lengthOf(text, utf8Character);
    if (!statistics.add(piece)) break;
  }
  if (beyond.inUtf8 > beyond.ascii * 0.8) return 'utf-8';
  return statistics.isChinese ? 'gb18030' : 'windows-1252';
}

function lengthOf(text: string, pattern: RegExp): number {
  return text.match(pattern)?.join('').length ?? 0;
}

const utf8Character = /[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}/g;
