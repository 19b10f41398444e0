import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { IntlMessageFormat } from 'intl-messageformat';

/** Message texts by locale, then by dotted key, in ICU syntax. */
export type Messages = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** One module's texts; its keys are looked up as `<namespace>:<key>`. */
export interface MessageSource {
  readonly namespace: string;
  readonly messages: Messages;
}

/** A key that no locale of the fallback chain has. */
export interface MissingMessage {
  readonly locale: string;
  readonly namespace: string;
  readonly key: string;
}

/** Every text of one generation, in every language. */
export interface MessageCatalogue {
  /** @param key relative to `namespace`, or absolute as `core:ui.close`; a missing one comes back as it is and is reported once. */
  translate(locale: string, namespace: string, key: string, values?: Readonly<Record<string, unknown>>): string;
  has(locale: string, namespace: string, key: string): boolean;
  /** BCP 47 tags of the languages a module has texts in. */
  languages(namespace: string): readonly string[];
  /** Whether any language has a text whose key begins with `<prefix>.`: spares looking for each of many keys. */
  hasBelow(namespace: string, prefix: string): boolean;
}

/** Builds the catalogue; a message is parsed when it is first shown and kept. */
export function createMessageCatalogue(
  sources: readonly MessageSource[],
  onMissing: (missing: MissingMessage) => void = () => undefined,
): MessageCatalogue {
  const texts = new Map(sources.map((source) => [source.namespace, source.messages]));
  const formats = new Map<string, IntlMessageFormat | string>();
  const reported = new Set<string>();
  const prefixes = new Map(sources.map((source) => [source.namespace, prefixesOf(source.messages)]));
  return {
    translate(locale, namespace, key, values) {
      const [space, path] = splitKey(namespace, key);
      const id = `${locale} ${space} ${path}`;
      const format = formats.get(id) ?? remember(id, locale, space, path);
      return typeof format === 'string' ? format : String(format.format(values as Record<string, string>));
    },
    has(locale, namespace, key) {
      const [space, path] = splitKey(namespace, key);
      return findText(texts.get(space), locale, path) !== undefined;
    },
    languages: (namespace) => Object.keys(texts.get(namespace) ?? {}),
    hasBelow: (namespace, prefix) => prefixes.get(namespace)?.has(prefix) ?? false,
  };

  function remember(id: string, locale: string, namespace: string, key: string): IntlMessageFormat | string {
    const found = findText(texts.get(namespace), locale, key);
    if (found === undefined) return missing(id, { locale, namespace, key });
    const isPlain = !/[{}'#]/.test(found.text);
    const format = isPlain
      ? found.text
      : new IntlMessageFormat(found.text, found.locale, undefined, { ignoreTag: true });
    formats.set(id, format);
    return format;
  }

  function missing(id: string, message: MissingMessage): string {
    if (!reported.has(id)) onMissing(message);
    reported.add(id);
    return message.key;
  }
}

/**
 * Reads `<folder>/<locale>.json` and the parts `<folder>/<locale>/*.json`; nested objects become dotted keys. A folder that does not
 * exist has no texts. @throws Error when two files of a language have the same key
 */
export function readMessages(folder: string): Messages {
  const languages = new Map<string, Record<string, string>>();
  for (const path of listJson(folder)) {
    const [locale = ''] = path.split(/[/.]/, 1);
    const texts = languages.get(locale) ?? {};
    languages.set(locale, texts);
    addTexts(texts, flatten(JSON.parse(readFileSync(join(folder, path), 'utf8')) as unknown), path);
  }
  return Object.fromEntries(languages);
}

function addTexts(texts: Record<string, string>, added: Readonly<Record<string, string>>, path: string): void {
  const twice = Object.keys(added).filter((key) => key in texts);
  if (twice.length > 0) throw new Error(`${path} has texts that another file of its language has: ${twice.join(', ')}`);
  Object.assign(texts, added);
}

/** Paths below the folder, with `/` on every system. */
function listJson(folder: string): string[] {
  try {
    const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => path.replaceAll('\\', '/'));
    return paths.filter((path) => /^[^/]+(\/[^/]+)?\.json$/.test(path)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function flatten(tree: unknown, prefix = ''): Record<string, string> {
  if (typeof tree !== 'object' || tree === null) return { [prefix]: String(tree) };
  return Object.assign(
    {},
    ...Object.entries(tree).map(([key, value]) => flatten(value, prefix === '' ? key : `${prefix}.${key}`)),
  ) as Record<string, string>;
}

/** `deal.options.status.won` lies below `deal.options.status`, and that below `deal.options`. */
function prefixesOf(messages: Messages): ReadonlySet<string> {
  const prefixes = new Set<string>();
  for (const key of Object.values(messages).flatMap((texts) => Object.keys(texts))) {
    for (let dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.', dot + 1)) prefixes.add(key.slice(0, dot));
  }
  return prefixes;
}

function splitKey(namespace: string, key: string): [string, string] {
  const colon = key.indexOf(':');
  return colon < 0 ? [namespace, key] : [key.slice(0, colon), key.slice(colon + 1)];
}

function findText(
  messages: Messages | undefined,
  locale: string,
  key: string,
): { text: string; locale: string } | undefined {
  if (!messages) return undefined;
  for (const candidate of fallbacksOf(locale, messages)) {
    const text = messages[candidate]?.[key];
    if (text !== undefined) return { text, locale: candidate };
  }
  return undefined;
}

/** The language itself, then what its speakers can read, then English: `zh-TW` reads `zh-CN`, `de-CH` reads `de`. */
function fallbacksOf(locale: string, messages: Messages): readonly string[] {
  if (locale in messages) return locale === 'en' ? [locale] : [locale, 'en'];
  const [language = ''] = locale.split('-');
  const related = Object.keys(messages).filter((known) => known === language || known.startsWith(`${language}-`));
  return [...related, 'en'];
}
