import { expect } from 'chai';
import { readTypedNumber, typedNumber } from '../../dist/pages/fields/typed-number.js';

describe('a number as people type it', () => {
  const cases: readonly (readonly [locale: string, text: string, value: string | null])[] = [
    ['en', '1234.5', '1234.5'],
    ['en', '1,234,567.50', '1234567.50'],
    ['en', '1,5', null],
    ['en', '1 200', '1200'],
    ['de', '1.234,50', '1234.50'],
    ['de', '1234,5', '1234.5'],
    ['de', '1.234', '1234'],
    ['de', '12.5', '12.5'],
    ['de', '1.2.3', null],
    ['fr', '1 234,5', '1234.5'],
    ['de-CH', "1'234.5", '1234.5'],
    ['zh-CN', '1,234.5', '1234.5'],
    ['en', '-3', '-3'],
    ['en', '−3', '-3'],
    ['en', '', null],
    ['en', '.5', null],
    ['en', 'abc', null],
    ['en', '1e5', null],
    ['en', '1234567890123456', null],
  ];

  for (const [locale, text, value] of cases) {
    it(`"${text}" in ${locale} is ${value ?? 'refused'}`, () => {
      expect(readTypedNumber(text, locale)).to.equal(value);
    });
  }

  it('is written back so that it reads the same', () => {
    for (const locale of ['en', 'de', 'fr', 'zh-CN', 'ar', 'de-CH']) {
      expect(readTypedNumber(typedNumber('-1234.05', locale), locale), locale).to.equal('-1234.05');
    }
  });
});
