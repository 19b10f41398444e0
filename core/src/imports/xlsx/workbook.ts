import { posix } from 'node:path';
import { tooLarge, xlsxLimits } from './xlsx-limits.js';
import { xmlEvents } from './xml-events.js';
import type { ZipParts } from './zip-parts.js';

/** A sheet of a workbook. */
export interface Sheet {
  readonly name: string;
  /** Part of the archive. */
  readonly part: string;
  readonly isHidden: boolean;
}

/** What a workbook says of itself. */
export interface Workbook {
  readonly sheets: readonly Sheet[];
  /** Days are counted from 1904 instead of 1900. */
  readonly isFrom1904: boolean;
}

/** Reads the list of sheets; those that are charts or macros are left out. @throws ValidationError `spreadsheet_too_large` */
export async function readWorkbook(zip: ZipParts): Promise<Workbook> {
  const found: { name: string; id: string; isHidden: boolean }[] = [];
  const state = { isFrom1904: false };
  const part = await workbookPart(zip);
  const listener = {
    opened(name: string, attributes: Readonly<Record<string, string>>): void {
      if (name === 'workbookPr') state.isFrom1904 = ['1', 'true'].includes(attributes['date1904'] ?? '');
      if (name !== 'sheet') return;
      const isHidden = (attributes['state'] ?? 'visible') !== 'visible';
      found.push({ name: attributes['name'] ?? '', id: relationOf(attributes), isHidden });
      if (found.length > xlsxLimits.listed) throw tooLarge();
    },
  };
  await drain(xmlEvents(zip.open(part), listener, nothing));
  const targets = await readRelations(zip, part);
  const sheets = found.flatMap(({ id, ...sheet }) => {
    const target = targets.find((relation) => relation.id === id && relation.kind === 'worksheet');
    return target === undefined ? [] : [{ ...sheet, part: target.part }];
  });
  return { sheets, isFrom1904: state.isFrom1904 };
}

/** Runs a reading to its end. */
export async function drain(events: AsyncIterable<never>): Promise<void> {
  for await (const _ of events) continue;
}

/** For readings that gather nothing on the way. */
export function nothing(): readonly never[] {
  return [];
}

async function workbookPart(zip: ZipParts): Promise<string> {
  const usual = 'xl/workbook.xml';
  if (zip.has(usual)) return usual;
  const relations = zip.has('_rels/.rels') ? await readRelations(zip, '') : [];
  return relations.find(({ kind }) => kind === 'officeDocument')?.part ?? usual;
}

interface Relation {
  readonly id: string;
  /** Last word of its type: `worksheet`. */
  readonly kind: string;
  readonly part: string;
}

async function readRelations(zip: ZipParts, of: string): Promise<readonly Relation[]> {
  const folder = posix.dirname(of);
  const file = posix.join(folder, '_rels', `${posix.basename(of)}.rels`);
  const relations: Relation[] = [];
  const listener = {
    opened(name: string, attributes: Readonly<Record<string, string>>): void {
      if (name !== 'Relationship') return;
      const target = attributes['Target'] ?? '';
      const part = target.startsWith('/') ? target.slice(1) : posix.join(folder, target);
      relations.push({ id: attributes['Id'] ?? '', kind: attributes['Type']?.split('/').at(-1) ?? '', part });
      if (relations.length > xlsxLimits.listed) throw tooLarge();
    },
  };
  await drain(xmlEvents(zip.open(file), listener, nothing));
  return relations;
}

/** `r:id`, whatever its prefix is. */
function relationOf(attributes: Readonly<Record<string, string>>): string {
  return Object.entries(attributes).find(([name]) => /^\w+:id$/.test(name))?.[1] ?? '';
}
