import fc from 'fast-check';
import type { Sent } from '../support/http.js';
import { brokenValue } from './broken-values.js';
import type { Content } from './content.js';
import type { Operation, Parameter } from './document.js';
import type { Schema } from './json-schema.js';
import { anyText } from './naughty.js';
import { rawBody, rawHeaders } from './raw.js';
import { validValue, type IdPool } from './valid-values.js';

/** What requests are made with beside the document. */
export interface Supplies {
  readonly ids: IdPool;
  /** Values of path parameters that need to be known names. */
  readonly names: Readonly<Record<string, readonly string[]>>;
  /** Cursors that lists gave out. */
  readonly cursors: readonly string[];
  /** Headers of callers; the first is the one with the most rights. */
  readonly callers: readonly Readonly<Record<string, string>>[];
}

/** Requests of an operation: half of them valid at the edges, a third with one rule broken, the rest anything at all. */
export function requestsOf(operation: Operation, supplies: Supplies): fc.Arbitrary<Sent> {
  return fc.oneof(
    { weight: 5, arbitrary: request(operation, supplies, 'valid') },
    { weight: 3, arbitrary: request(operation, supplies, 'broken') },
    { weight: 2, arbitrary: request(operation, supplies, 'raw') },
  );
}

type Mode = 'valid' | 'broken' | 'raw';

function request(operation: Operation, supplies: Supplies, mode: Mode): fc.Arbitrary<Sent> {
  const parts = fc.record({
    path: pathOf(operation, supplies, mode),
    query: queryOf(operation, supplies, mode),
    headers: headersOf(operation, supplies, mode),
    content: contentOf(operation, supplies, mode),
  });
  return parts.map(({ path, query, headers, content }) => ({
    method: operation.method,
    path: path + query,
    headers: { ...headers, ...(content === null ? {} : { 'Content-Type': content.type }) },
    ...(content === null ? {} : { body: content.body }),
  }));
}

function pathOf({ path, parameters }: Operation, supplies: Supplies, mode: Mode): fc.Arbitrary<string> {
  const own = parameters.filter((parameter) => parameter.in === 'path');
  const values = own.map((parameter) => pathValue(parameter, supplies, mode));
  return fc
    .tuple(...values)
    .map((chosen) =>
      own.reduce((filled, { name }, index) => filled.replace(`{${name}}`, () => encode(chosen[index] ?? '')), path),
    );
}

function pathValue({ name, schema }: Parameter, { ids, names }: Supplies, mode: Mode): fc.Arbitrary<string> {
  const known = names[name];
  const valid = known === undefined ? validValue(schema, ids).map(String) : fc.constantFrom(...known);
  return mode === 'raw'
    ? fc.oneof(
        valid,
        anyText(100).filter((text) => !/^\.{0,2}$/.test(text)),
      )
    : valid;
}

function queryOf({ parameters }: Operation, supplies: Supplies, mode: Mode): fc.Arbitrary<string> {
  const own = parameters.filter((parameter) => parameter.in === 'query');
  const pairs = own.map((parameter) => pairOf(parameter, supplies, mode));
  const extra = mode === 'valid' ? fc.constant([]) : fc.array(fc.tuple(anyText(40), anyText(40)), { maxLength: 1 });
  const used = fc.tuple(...pairs.map((pair) => fc.option(pair, { freq: 3, nil: [] })), extra);
  return used.map((groups) => {
    const text = groups.flat().map(([name, value]) => `${encode(name)}=${encode(value)}`);
    return text.length === 0 ? '' : `?${text.join('&')}`;
  });
}

type Pair = readonly [name: string, value: string];

function pairOf(parameter: Parameter, supplies: Supplies, mode: Mode): fc.Arbitrary<readonly Pair[]> {
  const { name, schema } = parameter;
  if (parameter.style === 'deepObject') return filtersOf(parameter, supplies);
  const cursors = name === 'after' && supplies.cursors.length > 0 ? [oddCursor(supplies.cursors)] : [];
  const valid = fc.oneof(...fieldLists(schema), ...cursors, validValue(schema, supplies.ids).map(String));
  const value = mode === 'valid' ? valid : fc.oneof(valid, anyText());
  // The head of a request has 16 KB at most; more than that never gets as far as us.
  return value.map((text) => [[name, text.slice(0, 1500)]]);
}

/** The names that a description lists. */
function fieldLists({ description = '' }: Schema): readonly fc.Arbitrary<string>[] {
  const listed = /One of: (.+)$/.exec(description)?.[1]?.split(', ') ?? [];
  if (listed.length === 0) return [];
  const some = fc.subarray(listed, { minLength: 1, maxLength: Math.min(3, listed.length) });
  return [some.map((paths) => paths.join(','))];
}

/** A cursor as given out, cut short, with a letter changed, or with something else inside. */
function oddCursor(cursors: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...cursors), fc.nat(200), fc.constantFrom('keep', 'cut', 'turn', 'other'))
    .map(([cursor, at, verb]) => {
      const place = at % Math.max(1, cursor.length);
      if (verb === 'cut') return cursor.slice(0, place);
      if (verb === 'turn') return `${cursor.slice(0, place)}A${cursor.slice(place + 1)}`;
      return verb === 'keep' ? cursor : Buffer.from(JSON.stringify([null, { a: 1 }, at, 'x'])).toString('base64url');
    });
}

/** One to three conditions on fields that the document names, with values that fit and values that do not. */
function filtersOf({ schema }: Parameter, { ids }: Supplies): fc.Arbitrary<readonly Pair[]> {
  const fields = Object.entries(schema.properties ?? {});
  const value = fc.oneof(
    anyText(300),
    fc.constantFrom(...ids.slice(0, 20), '1', '-5', '2024-01-01', '2026-01-01T00:00:00Z', 'true', '1.5', 'won'),
  );
  const one = fc
    .tuple(fc.constantFrom(...fields), fc.nat(20), value)
    .map(([[field, { anyOf = [] }], pick, text]): Pair => {
      const operators = ['', ...Object.keys(anyOf[1]?.properties ?? {})];
      const operator = operators[pick % operators.length] ?? '';
      return [`filter[${field}]${operator === '' ? '' : `[${operator}]`}`, operator === 'empty' ? 'true' : text];
    });
  return fc.uniqueArray(one, { minLength: 1, maxLength: 3, selector: ([name]) => name });
}

function headersOf(
  { parameters }: Operation,
  { callers }: Supplies,
  mode: Mode,
): fc.Arbitrary<Readonly<Record<string, string>>> {
  const isVersioned = parameters.some(({ name }) => name === 'If-Match');
  const [first = {}, ...others] = callers;
  const caller = fc.oneof(
    { weight: 8, arbitrary: fc.constant(first) },
    { weight: 3, arbitrary: fc.constantFrom(first, ...others) },
  );
  const version = isVersioned
    ? fc.constantFrom({ 'If-Match': '*' }, { 'If-Match': '*' }, { 'If-Match': '"1"' }, { 'If-Match': '"2"' }, {})
    : fc.constant({});
  const odd = mode === 'raw' ? rawHeaders() : fc.constant({});
  return fc.tuple(caller, version, odd).map(([own, condition, raw]) => ({ ...own, ...condition, ...raw }));
}

function contentOf({ body }: Operation, supplies: Supplies, mode: Mode): fc.Arbitrary<Content | null> {
  if (body === null) return mode === 'raw' ? fc.option(rawBody(['application/json']), { freq: 3 }) : fc.constant(null);
  const types = Object.keys(body);
  const [type = 'application/json'] = types;
  if (mode === 'raw') return rawBody(types);
  const valid = validValue(body[type]?.schema ?? {}, supplies.ids);
  const value = mode === 'valid' ? valid : brokenValue(valid);
  return value.map((content) => ({
    type,
    body: typeof content === 'string' && !type.includes('json') ? content : JSON.stringify(content),
  }));
}

/** Percent-encoded, with what is no text at all as bytes. */
export function encode(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : '%ed%a0%bd';
}
