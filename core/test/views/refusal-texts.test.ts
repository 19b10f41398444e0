import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { readMessages, type Messages } from '../../dist/views/message-catalogue.js';
import { raisedCodes, sourcesIn, type SourceText } from './refusal-codes.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const languages = ['en', 'zh-CN'] as const;

/** Codes that no person is ever shown, by why. */
const unseen: Readonly<Record<string, readonly string[]>> = {
  'told by the text of the status, 400 or 5xx': [
    ...['bad_cursor', 'invalid_cursor', 'duplicate_parameter', 'unknown_parameter', 'client_gone', 'request_timeout'],
    ...['database_full', 'database_unavailable', 'overloaded', 'statement_timeout'],
  ],
  'of conditions in the address of an API call': [
    ...['empty', 'not_a_list', 'not_an_object', 'not_one_of', 'too_deep', 'unknown_member', 'unknown_operator'],
    ...['wrong_value', 'invalid_topics'],
  ],
  'of declarations and packages, shown to who develops the plugin': [
    ...[
      'access_missing',
      'declared_twice',
      'extension_field_invalid',
      'field_name_reserved',
      'foreign_id',
      'invalid_cron',
    ],
    ...['invalid_event', 'invalid_name', 'invalid_path', 'invalid_plugin_id', 'json', 'list_field_invalid', 'missing'],
    ...['no_difference', 'folder_exists', 'registration_failed', 'unknown_event', 'unknown_key', 'unknown_param'],
    ...[
      'unknown_title',
      'entity_invalid',
      'permission_not_declared',
      'register_awaits',
      'register_over',
      'import_failed',
    ],
    ...['invalid_contribution', 'manifest_outdated', 'intrinsics_changed', 'definition_missing', 'migration_invalid'],
  ],
  'told with the name of each file, in the words of `files.…`': ['files_refused'],
  'of the command line': ['cannot_start', 'not_confirmed'],
};

describe('the texts of refusals', () => {
  const texts = readMessages(join(root, 'core/locales'));
  const known = Object.values(unseen).flat();

  for (const plugin of [null, ...readdirSync(join(root, 'plugins'))]) {
    const own = plugin === null ? {} : readMessages(join(root, 'plugins', plugin, 'locales'));
    const sources = plugin === null ? coreSources() : sourcesIn(root, `plugins/${plugin}/src`);

    it(`are there for every code that ${plugin ?? 'core'} can raise, in every language`, () => {
      expect(withoutText(sources, [texts, own], known)).to.deep.equal([]);
    });
  }

  it('need nothing filled in where only the code is known', () => {
    const plain = Object.entries(texts['en'] ?? {}).filter(([key]) => /^problem\.[a-z_0-9]+$/.test(key));

    expect(plain.filter(([, text]) => text.includes('{'))).to.deep.equal([]);
    expect(plain.length).to.be.greaterThan(100);
  });

  it('are missed when they are not there: of an error, of a problem, of either branch, of a function, of a table', () => {
    const text = `
      throw new ConflictError(isOver ? 'planted_over' : 'planted_running');
      const problem = { pointer: '', code: 'planted_problem', message: '' };
      function refuse(pointer: string, code: string) {}
      refuse('/name', 'planted_call');
      const codes = { maxLength: 'planted_value' };
      throw new NotFoundError('planted_absence');
      class Own extends ValidationError {}
      throw new Own('planted_class');`;

    const missed = withoutText([{ file: 'planted.ts', text }], [texts], known);

    expect(missed.map((line) => line.split(' ')[0])).to.deep.equal([
      ...['planted_over', 'planted_running', 'planted_problem', 'planted_call', 'planted_value', 'planted_class'],
    ]);
  });

  it('name no code as unseen that nothing raises', () => {
    const raised = new Set(raisedCodes([...coreSources(), ...sourcesIn(root, 'sdk/src')]).map(({ code }) => code));

    expect(known.filter((code) => !raised.has(code))).to.deep.equal([]);
  });
});

function coreSources(): SourceText[] {
  return sourcesIn(root, 'core/src');
}

/** Each code without a text, with where it is raised and the languages that lack it. */
function withoutText(
  sources: readonly SourceText[],
  catalogues: readonly Messages[],
  known: readonly string[],
): string[] {
  return raisedCodes(sources).flatMap(({ code, file }) => {
    const lacking = languages.filter(
      (language) => !places.some((place) => catalogues.some((messages) => messages[language]?.[`${place}.${code}`])),
    );
    return lacking.length === 0 || known.includes(code) ? [] : [`${code} of ${file} has no text in ${lacking.join()}`];
  });
}

/** Where texts stand: those of files and rows of an import are told on pages of their own. */
const places = ['problem', 'imports.problem', 'imports.refusal'];
