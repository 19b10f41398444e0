import { MalformedError } from '@trellis-crm/sdk';
import { isStorableText } from './parse-json.js';

/** Names and values of a query or a form, decoded, in their order. @throws MalformedError for what is not percent-encoded UTF-8 */
export function parseParameters(text: string, place: 'query' | 'body'): [string, string][] {
  const parameters: [string, string][] = [];
  for (let start = 0; start < text.length;) {
    const next = text.indexOf('&', start);
    const end = next < 0 ? text.length : next;
    if (end > start) parameters.push(parameterOf(text.slice(start, end), place));
    if (parameters.length > maxParameters) throw new MalformedError('too_many_parameters', { max: maxParameters });
    start = end + 1;
  }
  return parameters;
}

function parameterOf(pair: string, place: 'query' | 'body'): [string, string] {
  const equals = pair.indexOf('=');
  if (equals < 0) return [decode(pair, place), ''];
  return [decode(pair.slice(0, equals), place), decode(pair.slice(equals + 1), place)];
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
  const decoded = encoded.test(text) ? decodePercent(text, place) : text;
  if (!isStorableText(decoded)) throw new MalformedError(`malformed_${place}`);
  return decoded;
}

const encoded = /[%+]/;

function decodePercent(text: string, place: 'query' | 'body'): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (cause) {
    throw new MalformedError(`malformed_${place}`, {}, { cause });
  }
}
