import fc from 'fast-check';
import type { Endpoint } from '../../../core/dist/kernel/generation.js';
import type { CompiledEntity } from '../../../core/dist/records/compiled-entity.js';
import type { Sent } from '../support/http.js';
import { anyText } from './naughty.js';
import { rawBody, rawHeaders } from './raw.js';
import { encode } from './requests.js';

/** What pages are asked with. */
export interface PageSupplies {
  readonly ids: readonly string[];
  readonly entities: readonly CompiledEntity[];
  readonly cookie: string;
  readonly csrf: string;
}

/** Requests of a page as browsers, htmx and mischief send them. */
export function pageRequests(endpoint: Endpoint, supplies: PageSupplies): fc.Arbitrary<Sent> {
  const parts = fc.record({
    path: pathOf(endpoint, supplies),
    query: queryOf(supplies),
    headers: headersOf(supplies),
    content: endpoint.method === 'GET' ? fc.constant(null) : contentOf(endpoint, supplies),
  });
  return parts.map(({ path, query, headers, content }) => ({
    method: endpoint.method,
    path: path + query,
    headers: { ...headers, ...(content === null ? {} : { 'Content-Type': content.type }) },
    ...(content === null ? {} : { body: content.body }),
  }));
}

function pathOf({ path }: Endpoint, supplies: PageSupplies): fc.Arbitrary<string> {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
  const values = names.map((name) => paramOf(name, path, supplies));
  return fc
    .tuple(...values)
    .map((chosen) =>
      names.reduce((filled, name, at) => filled.replace(`:${name}`, () => encode(chosen[at] ?? '')), path),
    );
}

function paramOf(name: string, path: string, { ids, entities }: PageSupplies): fc.Arbitrary<string> {
  const odd = anyText(60).filter((text) => !/^\.{0,2}$/.test(text));
  const known =
    name === 'field'
      ? fieldNames(entities)
      : (knownNames[name] ?? (path.startsWith('/plugins/') ? ['nowhere', 'absent-plugin'] : ids));
  return fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: odd });
}

const knownNames: Readonly<Record<string, readonly string[]>> = {
  module: ['sales', 'core', 'lab'],
  panel: ['open-deals', 'none'],
  key: ['user', 'manager', 'nobody'],
  currency: ['USD', 'EUR', 'XXX'],
  day: ['2026-01-01', '2026-02-30'],
  token: ['abc', 'x'.repeat(43)],
};

function fieldNames(entities: readonly CompiledEntity[]): readonly string[] {
  return [...new Set(entities.flatMap(({ fields }) => [...fields.keys()]))];
}

function queryOf({ entities, ids }: PageSupplies): fc.Arbitrary<string> {
  const field = fc.constantFrom(...fieldNames(entities));
  const value = fc.oneof(anyText(200), fc.constantFrom(...ids.slice(0, 5), '2026-01-01', '1', ''));
  const pair = fc.oneof(
    fc.tuple(
      fc
        .tuple(field, fc.constantFrom('', '[contains]', '[gt]', '[in]', '[empty]', '[odd]'))
        .map(([name, operator]) => `filter[${name}]${operator}`),
      value,
    ),
    fc.tuple(
      fc.constant('sort'),
      fc.tuple(fc.constantFrom('', '-'), field).map(([sign, name]) => sign + name),
    ),
    fc.tuple(
      fc.constantFrom('q', 'after', 'show', 'enabled', 'verb', 'next', 'entity', 'field', 'value', 'pipeline', 'page'),
      value,
    ),
    fc.tuple(field, value),
    fc.tuple(anyText(30), anyText(30)),
  );
  return fc
    .array(pair, { maxLength: 3 })
    .map((pairs) =>
      pairs.length === 0 ? '' : `?${pairs.map(([name, text]) => `${encode(name)}=${encode(text)}`).join('&')}`,
    );
}

function headersOf({ cookie }: PageSupplies): fc.Arbitrary<Readonly<Record<string, string>>> {
  const caller = fc.oneof(
    { weight: 9, arbitrary: fc.constant({ Cookie: cookie }) },
    { weight: 1, arbitrary: fc.constant({}) },
  );
  const htmx = fc.constantFrom(
    {},
    {},
    { 'HX-Request': 'true' },
    { 'HX-Request': 'true', 'HX-Request-Type': 'partial' },
  );
  const odd = fc.oneof({ weight: 5, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: rawHeaders() });
  return fc
    .tuple(caller, htmx, odd)
    .map(([own, partial, raw]) => ({ 'Sec-Fetch-Site': 'same-origin', ...own, ...partial, ...raw }));
}

function contentOf(endpoint: Endpoint, supplies: PageSupplies) {
  const declared = endpoint.input?.body;
  const isStream = declared?.kind === 'stream';
  const raw = rawBody(['application/x-www-form-urlencoded', 'multipart/form-data; boundary=b']);
  const usual = isStream ? upload(supplies) : form(supplies);
  return fc.oneof({ weight: 5, arbitrary: usual }, { weight: 1, arbitrary: raw });
}

function form({ entities, ids, csrf }: PageSupplies) {
  const names = fieldNames(entities);
  const name = fc.oneof(
    fc.constantFrom(...names),
    fc
      .tuple(
        fc.constantFrom(...names),
        fc.constantFrom('.0.email', '.1.', '.0.value', '.amount', '.currency', '.99999999.x', '.-1.x'),
      )
      .map(([field, rest]) => field + rest),
    fc.constantFrom(
      '_add',
      '_remove',
      '_key',
      'role',
      'reassignTo',
      'verb',
      'enabled',
      'path',
      'rate',
      'stage',
      'oldPassword',
      'newPassword',
      'password',
      'email',
      '__proto__',
      'constructor',
    ),
    anyText(30),
  );
  const value = fc.oneof(
    anyText(300),
    fc.constantFrom(...ids.slice(0, 8), '', '1', '2026-01-01', '2026-01-01T10:00', 'true', 'EUR', 'emails', 'emails.0'),
  );
  const token = fc.oneof({ weight: 9, arbitrary: fc.constant(csrf) }, { weight: 1, arbitrary: anyText(40) });
  const version = fc.constantFrom(...[[], [['_version', '1']], [['_version', '2']], [['_version', 'x']]]);
  return fc.tuple(fc.array(fc.tuple(name, value), { maxLength: 8 }), token, version).map(([pairs, guard, known]) => ({
    type: 'application/x-www-form-urlencoded',
    body: [['_csrf', guard], ...known, ...pairs]
      .map(([key = '', text = '']) => `${encode(key)}=${encode(text)}`)
      .join('&'),
  }));
}

function upload({ csrf }: PageSupplies) {
  const part = fc.tuple(
    fc.constantFrom('entity', 'file', 'mapping', 'map', 'package', 'x'),
    fc.oneof(anyText(200), fc.constantFrom('core.account', 'name\nA\n')),
    fc.boolean(),
  );
  return fc.array(part, { maxLength: 4 }).map((parts) => ({
    type: 'multipart/form-data; boundary=b',
    body: `${[['_csrf', csrf, false] as const, ...parts]
      .map(
        ([name, text, isFile]) =>
          `--b\r\nContent-Disposition: form-data; name="${name}"${isFile ? '; filename="a.csv"' : ''}\r\n\r\n${text.toWellFormed()}\r\n`,
      )
      .join('')}--b--\r\n`,
  }));
}
