import fc from 'fast-check';

/** Texts that have broken software before. */
export const naughtyTexts: readonly string[] = [
  '',
  ' ',
  '\t\r\n',
  'null',
  'undefined',
  'NaN',
  'Infinity',
  '-0',
  '1e400',
  '0x10',
  '999999999999999999999999',
  "' or 1=1 --",
  "'; drop table core.users; --",
  '") union select null--',
  '$$',
  '$1',
  '?',
  '??',
  ':name',
  '\\',
  '\\u0000',
  '%',
  '_',
  '%00',
  '%s%n',
  '{{7*7}}',
  '${7*7}',
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '../../../../etc/passwd',
  '//evil.example/',
  'javascript:alert(1)',
  '__proto__',
  'constructor',
  'prototype',
  'hasOwnProperty',
  'toString',
  'Ω≈ç√∫˜µ≤≥÷',
  '田中さんにあげて下さい',
  'ثم نفس سقطت',
  '\u202eabc',
  '\u200b',
  '\ufeff',
  '👩‍👩‍👧‍👦',
  'e\u0301'.repeat(50),
  '\ud83d',
  'a\u0000b',
  '2024-02-30',
  '9999-12-31',
  '0000-00-00',
  '-infinity',
  'infinity',
  'now',
  '[1,2',
  '{"a":1}',
  '{}',
  '()',
  'empty',
  'true',
  'id',
  'owner.password',
  'name; select 1',
  'name asc, (select 1)',
];

/** One of them, or any text of any characters. */
export function anyText(maxLength = 200): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...naughtyTexts) },
    { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: Math.min(maxLength, 40) }) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: Math.min(maxLength, 40) }) },
    { weight: 1, arbitrary: fc.constantFrom('x'.repeat(maxLength), '🙂'.repeat(Math.ceil(maxLength / 2))) },
  );
}

/** Any JSON value, small. */
export function anyJson(): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.constantFrom(null, true, 0, -1, 1e308, [], {}, [[]], ''),
    fc.jsonValue({ maxDepth: 3 }),
    anyText(),
  );
}
