import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { IntlMessageFormat } from 'intl-messageformat';
import { readMessages } from '../../dist/views/message-catalogue.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
type Texts = Readonly<Record<string, string>>;

describe('texts of core and plugins', () => {
  for (const { id, folder } of listFolders()) {
    it(`are the same in English and Simplified Chinese, in ${id}`, () => {
      const { en = {}, 'zh-CN': chinese = {} } = readMessages(folder);

      expect(differences(en, chinese)).to.deep.equal([]);
    });
  }

  it('would be found out: a missing key, one too many, and another placeholder', () => {
    const rows = '{count, plural, one {# row} other {# rows}} of {total, number}';

    expect(differences({ gone: 'Gone' }, { odd: '多余' })).to.deep.equal(['gone is missing', 'odd is not English']);
    expect(differences({ rows }, { rows: '{count} 行，共 {total, number} 行' })).to.deep.equal([]);
    expect(differences({ rows }, { rows: '{number} 行' })).to.deep.equal(['rows has number for count,total']);
    expect(differences({ rows: '{count, plural, one {{name}} other {#}}' }, { rows: '{count} 行' })).to.deep.equal([]);
  });
});

function listFolders(): { readonly id: string; readonly folder: string }[] {
  const plugins = readdirSync(join(root, 'plugins')).map((id) => ({
    id,
    folder: join(root, 'plugins', id, 'locales'),
  }));
  const all = [{ id: 'core', folder: join(root, 'core', 'locales') }, ...plugins];
  return all.filter(({ folder }) => existsSync(folder));
}

function differences(english: Texts, other: Texts): string[] {
  const missing = Object.keys(english).filter((key) => !(key in other));
  const unknown = Object.keys(other).filter((key) => !(key in english));
  const unlike = Object.entries(english).flatMap(([key, text]) => {
    const translated = other[key];
    if (translated === undefined) return [];
    const [{ always, names }, found] = [argumentsOf(text), argumentsOf(translated)];
    const isFine = isWithin(found.names, names) && isWithin(always, found.names);
    return isFine ? [] : [`${key} has ${[...found.names].join()} for ${[...names].join()}`];
  });
  return [...missing.map((key) => `${key} is missing`), ...unknown.map((key) => `${key} is not English`), ...unlike];
}

function isWithin(part: ReadonlySet<string>, whole: ReadonlySet<string>): boolean {
  return [...part].every((name) => whole.has(name));
}

/** Names of what ICU fills in, and those that every reader sees: Chinese has no plurals, so what a branch names may be left out. */
function argumentsOf(text: string): { readonly names: Set<string>; readonly always: Set<string> } {
  const elements = new IntlMessageFormat(text, 'en', undefined, { ignoreTag: true }).getAst();
  return { names: new Set(namesIn(elements, true)), always: new Set(namesIn(elements, false)) };
}

type Elements = ReturnType<IntlMessageFormat['getAst']>;

function namesIn(elements: Elements, isDeep: boolean): string[] {
  return elements.flatMap((element) => {
    const branches = isDeep && 'options' in element ? Object.values(element.options) : [];
    const name = nameless.has(element.type) || !('value' in element) ? [] : [element.value];
    return [...name, ...branches.flatMap(({ value }) => namesIn(value, true))];
  });
}

/** Kinds of elements without a name: plain text, and the `#` of a plural. */
const nameless: ReadonlySet<number> = new Set([0, 7]);
