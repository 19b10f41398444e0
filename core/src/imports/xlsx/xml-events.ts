import { StringDecoder } from 'node:string_decoder';
import { SaxesParser } from 'saxes';
import { broken, tooLarge, xlsxLimits } from './xlsx-limits.js';

/** What is heard of an XML document. Names are without their prefix. */
export interface XmlListener {
  opened?(name: string, attributes: Readonly<Record<string, string>>): void;
  closed?(name: string): void;
  text?(text: string): void;
}

/**
 * Reads XML as it comes. A document type is refused, so no entity but the five of XML is ever expanded; so are text that does not end
 * and tags that only open, which the parser would hold in memory.
 * @param pause asked after each piece for what the listener gathered, handed on before more is read
 * @throws ValidationError `broken_spreadsheet`, `spreadsheet_too_large`
 */
export async function* xmlEvents<T>(
  pieces: AsyncIterable<Buffer>,
  listener: XmlListener,
  pause: () => readonly T[],
): AsyncGenerator<T> {
  const state = { untagged: 0, depth: 0 };
  const parser = parserFor(listener, state);
  const decoder = new StringDecoder('utf8');
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; at += sliceBytes) {
      const slice = piece.subarray(at, at + sliceBytes);
      state.untagged += slice.length;
      write(parser, decoder.write(slice));
      if (state.untagged > xlsxLimits.untaggedBytes) throw tooLarge();
    }
    yield* pause();
  }
  write(parser, null);
  yield* pause();
}

const sliceBytes = 64 * 1024;

type Parser = SaxesParser<{ xmlns: false; position: false }>;

function parserFor(listener: XmlListener, state: { untagged: number; depth: number }): Parser {
  const parser: Parser = new SaxesParser({ xmlns: false, position: false });
  parser.on('doctype', () => {
    throw broken('it declares a document type');
  });
  parser.on('opentag', ({ name, attributes }) => {
    state.untagged = 0;
    state.depth += 1;
    if (state.depth > xlsxLimits.depth) throw tooLarge();
    listener.opened?.(plainName(name), attributes);
  });
  parser.on('closetag', ({ name }) => {
    state.untagged = 0;
    state.depth -= 1;
    listener.closed?.(plainName(name));
  });
  parser.on('text', (text) => listener.text?.(text));
  parser.on('cdata', (text) => listener.text?.(text));
  parser.on('error', () => {
    throw broken('its XML is damaged');
  });
  return parser;
}

function write(parser: Parser, text: string | null): void {
  parser.write(text);
}

function plainName(name: string): string {
  const colon = name.indexOf(':');
  return colon === -1 ? name : name.slice(colon + 1);
}
