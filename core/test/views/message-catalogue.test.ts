import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readMessages } from '../../dist/views/message-catalogue.js';

describe('texts of a module', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'texts-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('come from one file a language, or from a folder with a file for each noun', () => {
    write('en.json', { name: 'Sales', deal: { one: 'Deal' } });
    write('zh-CN/deal.json', { 'deal.one': '商机' });
    write('zh-CN/plugin.json', { name: '销售' });

    expect(readMessages(folder)).to.deep.equal({
      en: { name: 'Sales', 'deal.one': 'Deal' },
      'zh-CN': { 'deal.one': '商机', name: '销售' },
    });
  });

  it('stand once: a key in two files of a language is refused', () => {
    write('en.json', { 'deal.one': 'Deal' });
    write('en/deal.json', { 'deal.one': 'Opportunity' });

    expect(() => readMessages(folder)).to.throw(
      'en/deal.json has texts that another file of its language has: deal.one',
    );
  });

  it('may be missing', () => {
    expect(readMessages(join(folder, 'absent'))).to.deep.equal({});
  });

  function write(path: string, texts: object): void {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), JSON.stringify(texts));
  }
});
