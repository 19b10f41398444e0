import type { Card, CardProperty } from './card-lines.js';

/** How many of each a file's cards have at most; so many columns there are. */
export interface CardWidths {
  emails: number;
  phones: number;
  addresses: number;
}

/** Of one kind on one card; further ones are left out. */
const mostOfAKind = 10;

/** Widens the table by what a card has. */
export function widen(widths: CardWidths, card: Card): void {
  widths.emails = Math.max(widths.emails, allOf(card, 'email').length);
  widths.phones = Math.max(widths.phones, allOf(card, 'tel').length);
  widths.addresses = Math.max(widths.addresses, allOf(card, 'adr').length);
}

/** Names of the columns, the same for every card of a file. */
export function cardHeader({ emails, phones, addresses }: CardWidths): readonly string[] {
  const numbered = (count: number, names: (number: number) => string[]): string[] =>
    Array.from({ length: count }, (_, index) => names(index + 1)).flat();
  return [
    'name',
    'job title',
    'organisation',
    ...numbered(emails, (number) => [`email ${number}`, `email ${number} kind`]),
    ...numbered(phones, (number) => [`phone ${number}`, `phone ${number} kind`]),
    ...numbered(addresses, (number) => addressParts.map((part) => `address ${number} ${part}`)),
    'website',
    'birthday',
    'description',
    'uid',
  ];
}

/** Cells of a card under {@link cardHeader}. */
export function cardCells(card: Card, { emails, phones, addresses }: CardWidths): readonly string[] {
  const first = (name: string): string => textOf(firstOf(card, name));
  return [
    nameOf(card),
    first('title'),
    organisationOf(card),
    ...filled(allOf(card, 'email'), emails, 2, (property) => [addressOf(property), kindOf(property, mailKinds)]),
    ...filled(allOf(card, 'tel'), phones, 2, (property) => [addressOf(property), kindOf(property, phoneKinds)]),
    ...filled(allOf(card, 'adr'), addresses, addressParts.length, ({ value }) => addressCells(value)),
    first('url'),
    birthdayOf(first('bday')),
    first('note'),
    first('uid').replace(/^urn:uuid:/, ''),
  ];
}

const addressParts = ['street', 'city', 'region', 'postal code', 'country'] as const;

/** The preferred one first. */
function allOf(card: Card, name: string): readonly CardProperty[] {
  const found = card.filter((property) => property.name === name && property.value.trim() !== '');
  const isPreferred = ({ types }: CardProperty): boolean => types.includes('pref');
  return [...found.filter(isPreferred), ...found.filter((property) => !isPreferred(property))].slice(0, mostOfAKind);
}

function filled(
  properties: readonly CardProperty[],
  count: number,
  width: number,
  cellsOf: (property: CardProperty) => readonly string[],
): string[] {
  const empty = Array.from({ length: width }, () => '');
  return Array.from({ length: count }, (_, index) => {
    const property = properties[index];
    return property === undefined ? empty : cellsOf(property);
  }).flat();
}

/** What the card is shown as, else its parts, its organisation, its address. */
function nameOf(card: Card): string {
  const [family, given, middle, prefix, suffix] = partsOf(firstOf(card, 'n'));
  const name = [prefix, given, middle, family, suffix].filter((part) => part !== undefined && part !== '').join(' ');
  return textOf(firstOf(card, 'fn')) || name || organisationOf(card) || textOf(firstOf(card, 'email'));
}

function organisationOf(card: Card): string {
  return partsOf(firstOf(card, 'org'))[0] ?? '';
}

function firstOf(card: Card, name: string): string {
  return allOf(card, name)[0]?.value ?? '';
}

/** Of box, extension, street, city, region, code and country the first two go with the street. */
function addressCells(value: string): readonly string[] {
  const [box = '', extension = '', street = '', city = '', region = '', code = '', country = ''] = partsOf(value);
  const lines = [street, extension, box].filter((part) => part !== '').join(', ');
  return [lines, city, region, code, country];
}

function addressOf({ value }: CardProperty): string {
  return textOf(value).replace(/^(?:mailto|tel):/i, '');
}

/** Words of TYPE and the kind they are here, the telling ones first. */
const mailKinds = [
  ['work', 'work'],
  ['home', 'private'],
] as const;
const phoneKinds = [['fax', 'fax'], ['cell', 'mobile'], ...mailKinds] as const;

function kindOf({ types }: CardProperty, kinds: readonly (readonly [string, string])[]): string {
  return kinds.find(([type]) => types.includes(type))?.[1] ?? 'other';
}

/** `19850412` as `1985-04-12`; a day without a year is no date. */
function birthdayOf(text: string): string {
  const match = /^(\d{4})-?(\d{2})-?(\d{2})/.exec(text);
  return match === null ? '' : match.slice(1).join('-');
}

function partsOf(value: string): string[] {
  const pieces = value.match(/\\.|[^\\]/gs) ?? [];
  const ends = [...pieces.keys()].filter((at) => pieces[at] === ';');
  return [...ends, pieces.length].map((end, part) => textOf(pieces.slice((ends[part - 1] ?? -1) + 1, end).join('')));
}

function textOf(value: string): string {
  return value.replaceAll(/\\(.)/gs, (_, char: string) => (char.toLowerCase() === 'n' ? '\n' : char)).trim();
}
