import { Commands, Menu, type Command, type MenuItem } from '@trellis-crm/sdk';
import type { Generation } from '../../../kernel/generation.js';

/** Core's own places always have the same keys. */
const fixed: readonly (readonly [href: string, letter: string])[] = [
  ['/', 'h'],
  ['/day', 'y'],
  ['/calendar', 'k'],
  ['/me', 'm'],
  ['/settings', 's'],
  ['/imports', 'i'],
  ['/exceptions', 'x'],
  ['/users', 'u'],
  ['/plugins', 'p'],
];

/**
 * Keys that lead to the places of the menu, `g a` for accounts, by address: the first letter of the plural that is still free, in
 * the order of the menu. They are the same for everybody in every language, whatever their rights: people tell them to each other.
 */
export function goKeys(generation: Generation): ReadonlyMap<string, string> {
  let keys = knownKeys.get(generation);
  if (keys === undefined) knownKeys.set(generation, (keys = assignKeys(generation)));
  return keys;
}

const knownKeys = new WeakMap<Generation, ReadonlyMap<string, string>>();

function assignKeys(generation: Generation): ReadonlyMap<string, string> {
  const keys = new Map(fixed.map(([href, letter]) => [href, `g ${letter}`]));
  const taken = new Set([...keys.values(), ...contributedKeys(generation)]);
  for (const { href, name } of placesOf(generation)) {
    const key = Array.from(name, (letter) => `g ${letter}`).find((one) => /^g [a-z]$/.test(one) && !taken.has(one));
    if (key === undefined || keys.has(href)) continue;
    keys.set(href, key);
    taken.add(key);
  }
  return keys;
}

function contributedKeys({ contributions }: Generation): string[] {
  const commands = contributions.get(Commands.id) ?? [];
  return commands.flatMap(({ value }) => (value as Command).shortcut ?? []);
}

interface Place {
  readonly href: string;
  /** Where its letters are from. */
  readonly name: string;
  readonly order: number;
}

function placesOf({ entities, contributions }: Generation): readonly Place[] {
  const lists = [...entities.values()].flatMap(({ definition, path }): Place[] => {
    const { menu = 100, without = [], plural } = definition;
    return menu === false || without.includes('pages') ? [] : [{ href: `/${path}`, name: plural, order: menu }];
  });
  const items = (contributions.get(Menu.id) ?? []).map(({ value }) => value as MenuItem);
  const others = items.map(({ href, order }): Place => ({ href, name: href.split('/').at(-1) ?? '', order }));
  return [...lists, ...others].toSorted((left, right) => left.order - right.order || (left.href < right.href ? -1 : 1));
}
