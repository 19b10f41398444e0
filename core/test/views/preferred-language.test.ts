import { expect } from 'chai';
import { preferredLanguage } from '../../dist/views/preferred-language.js';

describe('the language a browser prefers', () => {
  const cases: readonly (readonly [header: string, language: string | null])[] = [
    ['zh-CN,zh;q=0.9,en;q=0.8', 'zh-CN'],
    ['en-US,en;q=0.9,zh-CN;q=0.8', 'en'],
    ['en;q=0.2, zh;q=0.7', 'zh-CN'],
    ['zh-TW', 'zh-CN'],
    ['de,fr;q=0.5', null],
    ['zh;q=0, en;q=0.1', 'en'],
    ['*', null],
    ['', null],
    ['not a tag,,;q=1, zh', 'zh-CN'],
  ];

  for (const [header, language] of cases) {
    it(`"${header}" is ${language ?? 'none of ours'}`, () => {
      expect(preferredLanguage(header, ['en', 'zh-CN'])).to.equal(language);
    });
  }
});
