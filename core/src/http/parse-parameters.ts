import { MalformedError } from '@trellis-crm/sdk';
import { isStorableText } from './parse-json.js';

/** Names and values of a query or a form, decoded, in their order. @throws MalformedError for what is not percent-encoded UTF-8 */
export function parseParameters(text: string, place: 'query' | 'body'): [string, string][] {
  const pairs = text.split('&').filter((pair) => pair !== '');
  if (pairs.length > maxParameters) throw new MalformedError('too_many_parameters', { max: maxParameters });
  return pairs.map((pair) => {
    const equals = pair.indexOf('=');
    const name = decode(equals < 0 ? pair : pair.slice(0, equals), place);
    return [name, equals < 0 ? '' : decode(pair.slice(equals + 1), place)];
  });
}

/** A query as an object. @throws MalformedError when a name comes twice: which one would count? */
export function parseQuery(text: string): Record<string, string> {
  const query = emptyRecord<string>();
  for (const [name, value] of parseParameters(text, 'query')) {
    if (Object.hasOwn(query, name)) throw refused(name, 'duplicate_parameter');
    query[name] = value;
  }
  return query;
}

/** A refusal that points at one parameter of the query. */
export function refused(name: string, code: string, message: string = code.replaceAll('_', ' ')): MalformedError {
  return new MalformedError(code, { parameter: name }, { errors: [{ pointer: `?${name}`, code, message }] });
}

/** An object without prototype: no name a client chooses means anything in it. */
export function emptyRecord<V>(): Record<string, V> {
  return Object.create(null) as Record<string, V>;
}

const maxParameters = 1000;

function decode(text: string, place: 'query' | 'body'): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(text.replaceAll('+', ' '));
  } catch (cause) {
    throw new MalformedError(`malformed_${place}`, {}, { cause });
  }
  if (!isStorableText(decoded)) throw new MalformedError(`malformed_${place}`);
  return decoded;
}
