import fc from 'fast-check';
import type { Content } from './content.js';
import { anyText } from './naughty.js';

const bodies: readonly string[] = [
  '',
  ' ',
  'null',
  '[]',
  '{}',
  '0',
  '"text"',
  '{"name":',
  '{"name":"a","name":"b"}',
  '{"__proto__":{"polluted":true},"name":"a"}',
  '{"constructor":{"prototype":{"polluted":true}},"name":"a"}',
  '{"name":"a\\u0000b"}',
  '{"name":"\\ud83d"}',
  '{"\\u0000":1}',
  '{"name":1e400}',
  '{"count":1e400}',
  '{"name":"a",}',
  "{'name':'a'}",
  '\ufeff{"name":"a"}',
  '{"name":"a"} x',
  '['.repeat(5000) + ']'.repeat(5000),
  '{"a":'.repeat(40) + '1' + '}'.repeat(40),
  `{"name":"${'x'.repeat(100_000)}"}`,
  `[${'1,'.repeat(60_000)}1]`,
  'name=a&name=b',
  'a=%ff',
  'a=%zz',
  '--b\r\nContent-Disposition: form-data; name="file"; filename="../../x.csv"\r\n\r\nname\nA\n\r\n--b--\r\n',
  '--b\r\nContent-Disposition: form-data; name="file"',
  '"name"\n"unclosed',
  'name,name\na,b\n',
  '\u0000\u0000',
];

const badBytes: readonly Uint8Array[] = [
  Uint8Array.of(0xff, 0xfe, 0x7b, 0x00),
  Uint8Array.of(0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d),
  Uint8Array.of(0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00),
  Uint8Array.of(0xed, 0xa0, 0xbd),
];

const types = [
  'application/json',
  'application/merge-patch+json',
  'application/x-www-form-urlencoded',
  'text/plain',
  'text/csv',
  'text/csv; charset=utf-16',
  'application/json; charset=latin1',
  'multipart/form-data',
  'multipart/form-data; boundary=b',
  'application/xml',
  'garbage',
  '*/*',
];

/** Bodies that are not what they say. */
export function rawBody(declared: readonly string[]): fc.Arbitrary<Content> {
  const body = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom<string | Uint8Array>(...bodies, ...badBytes) },
    { weight: 1, arbitrary: anyText(5000) },
    { weight: 2, arbitrary: fc.json() },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  );
  return fc.record({ type: fc.constantFrom(...declared, ...declared, ...declared, ...types), body });
}

const headers: readonly Readonly<Record<string, string>>[] = [
  { 'If-Match': '*' },
  { 'If-Match': '"1"' },
  { 'If-Match': '"1", "2"' },
  { 'If-Match': 'W/"1"' },
  { 'If-Match': '"99999999999999999999"' },
  { 'If-Match': '"-1"' },
  { 'If-Match': "'" },
  { 'If-None-Match': '*' },
  { 'Idempotency-Key': 'the-same' },
  { 'Idempotency-Key': '' },
  { 'Idempotency-Key': 'k'.repeat(256) },
  { 'Idempotency-Key': 'k'.repeat(5000) },
  { 'Idempotency-Key': "'; drop table x; --" },
  { Accept: 'text/html' },
  { Accept: '*/*;q=zzz' },
  { 'Accept-Language': 'x'.repeat(500) },
  { 'Accept-Language': 'zh-Hans-CN;q=0.5, *;q=0' },
  { 'Accept-Encoding': 'gzip, br, zstd' },
  { Authorization: 'Bearer ' },
  { Authorization: 'Bearer trl_wrong' },
  { Authorization: 'Basic YTpi' },
  { Authorization: `Bearer ${'x'.repeat(3000)}` },
  { Cookie: 'trellis_session=%00' },
  { Cookie: 'trellis_session=a; trellis_session=b' },
  { Cookie: 'constructor=1; __proto__=2' },
  { 'X-Forwarded-For': "1.2.3.4, '; drop" },
  { 'X-Forwarded-Host': 'evil.example' },
  { 'X-Forwarded-Proto': 'javascript' },
  { 'X-HTTP-Method-Override': 'DELETE' },
  { 'X-Request-Id': 'x'.repeat(2000) },
  { 'X-Request-Id': '../../etc' },
  { 'X-CSRF-Token': 'wrong' },
  { Origin: 'null' },
  { Origin: 'https://evil.example' },
  { 'Sec-Fetch-Site': 'cross-site' },
  { 'HX-Request': 'true' },
  { 'HX-Request': 'true', 'HX-Request-Type': 'partial' },
  { 'HX-Current-URL': 'javascript:alert(1)' },
  { 'Content-Encoding': 'gzip' },
  { 'Content-Encoding': 'identity, identity' },
  { Range: 'bytes=0-1' },
  { Host: 'evil.example' },
  { Host: '[::1' },
  { 'User-Agent': '' },
  { 'User-Agent': 'x'.repeat(3000) },
  { Prefer: 'return=minimal' },
];

/** Up to three headers that mean something somewhere, with values that nobody expects. */
export function rawHeaders(): fc.Arbitrary<Readonly<Record<string, string>>> {
  return fc
    .array(fc.constantFrom(...headers), { maxLength: 3 })
    .map((chosen) => Object.assign({}, ...chosen) as Record<string, string>);
}
