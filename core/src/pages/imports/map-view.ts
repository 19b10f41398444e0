import type { Field } from '@trellis-crm/sdk';
import { targetOf, type ImportableEntity } from '../../imports/mapping/entity-fields.js';
import { tagColumn } from '../../imports/mapping/tag-column.js';
import { readerFor } from '../../imports/mapping/value-readers.js';
import { dateFormats } from '../../imports/plan/guess-formats.js';
import { fieldAt, soleItem, type SampleRows } from '../../imports/plan/guess-plan.js';
import { entryPathOf, type ColumnPlan, type ImportPlan } from '../../imports/plan/import-plan.js';
import type { PlanFault } from '../../imports/plan/plan-faults.js';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import type { PageCall } from '../page-call.js';
import { fieldChoices, fieldLabel, optionChoices, referenceChoices, type Choice } from './target-options.js';

/** What the page about the columns of a file is made of. */
export interface MapPageParts {
  readonly header: readonly string[];
  readonly rows: SampleRows;
  /** Texts that the last check found to be no option, by column. */
  readonly unknown: ReadonlyMap<string, readonly string[]>;
  readonly plan: ImportPlan;
  readonly target: ImportableEntity;
}

/** Context of the columns in `core:imports/map`: name, first values, and what may be said about each. */
export function columnViews(call: PageCall, parts: MapPageParts): readonly object[] {
  const { header, rows, plan, target } = parts;
  const fields = fieldChoices(call, target, plan);
  return header.flatMap((column, place) => {
    if (column === '') return [];
    const how = plan.columns[column];
    const samples = [...new Set(rows.map((cells) => cells[place]?.trim() ?? ''))].filter((text) => text !== '');
    return [
      {
        column,
        samples: samples.slice(0, 3).map((text) => (text.length > 40 ? `${text.slice(0, 40)}…` : text)),
        field: {
          ...select(`column.${place}.field`, call.t('imports.goesTo', { column }), fields, how?.field ?? ''),
          emptyLabel: call.t('imports.leaveOut'),
        },
        details: how === undefined ? [] : detailControls(call, parts, { place, column, how }),
      },
    ];
  });
}

/** Context of the controls about the file as a whole. */
export function wholeControls(call: PageCall, { plan, target, header }: MapPageParts): readonly object[] {
  const { t } = call;
  const mapped = [...new Set(Object.values(plan.columns).map(({ field }) => matchPath(field, target)))];
  const matches: Choice[] = [
    ...mapped.filter((path) => path !== null).map((value) => ({ value, label: matchLabel(call, target, value) })),
    ...header.flatMap((column) =>
      column === '' || column in plan.columns
        ? []
        : [{ value: `externalId:${column}`, label: t('imports.by.column', { column }) }],
    ),
    { value: 'none', label: t('imports.by.nothing') },
  ];
  const modes = (['both', 'create', 'update'] as const).map((value) => ({ value, label: t(`imports.mode.${value}`) }));
  const blanks = (['keep', 'clear'] as const).map((value) => ({ value, label: t(`imports.blanks.${value}`) }));
  return [
    select('match', t('imports.foundBy'), matches, plan.match),
    select('mode', t('imports.modeLabel'), modes, plan.mode),
    select('blanks', t('imports.blanksLabel'), blanks, plan.blanks),
  ];
}

/** What is wrong with a plan, in the reader's language. */
export function faultTexts(call: PageCall, target: ImportableEntity, faults: readonly PlanFault[]): readonly string[] {
  return faults.map(({ code, field, column }) =>
    call.t(`imports.fault.${code}`, {
      field: field === '' ? '' : matchLabel(call, target, field),
      column: column ?? '',
    }),
  );
}

/** The texts of a column that its field has no option for, as its controls number them. */
export function foreignTexts(
  { header, rows, unknown, target }: MapPageParts,
  column: string,
  path: string,
): readonly string[] {
  const declared = fieldAt(target, path);
  if (declared === undefined || declared === tagColumn) return [];
  if (declared.options === undefined && declared.kind !== 'boolean') return [];
  const read = readerFor({ field: declared, source: {}, currency: '', target: null });
  const place = header.indexOf(column);
  const seen = rows.map((cells) => cells[place]?.trim() ?? '').filter((text) => text !== '' && 'problem' in read(text));
  return [...new Set([...seen, ...(unknown.get(column) ?? [])])].slice(0, mostTexts);
}

const mostTexts = 50;

function select(name: string, label: string, options: readonly Choice[], value: string): object {
  return { kind: 'select', name, label, options, value };
}

interface MappedColumn {
  readonly place: number;
  readonly column: string;
  readonly how: ColumnPlan;
}

function detailControls(call: PageCall, parts: MapPageParts, mapped: MappedColumn): readonly object[] {
  const declared = fieldAt(parts.target, mapped.how.field);
  if (declared === undefined) return [];
  return [
    ...formatControls(call, declared, mapped),
    ...referenceControls(call, parts.target, declared, mapped),
    ...kindControls(call, parts.target, mapped),
    ...valueControls(call, parts, mapped),
  ];
}

const numbers = new Set<string>(['integer', 'decimal', 'percent', 'money']);

function formatControls({ t }: PageCall, { kind }: Field, { place, how }: MappedColumn): readonly object[] {
  if (kind === 'date' || kind === 'dateTime') {
    const options = dateFormats.map((value) => ({ value, label: exampleOf(value) }));
    const control = select(`column.${place}.format`, t('imports.dateFormat'), options, how.format ?? '');
    return [{ ...control, emptyLabel: '2026-12-31' }];
  }
  if (!numbers.has(kind)) return [];
  const options = [
    { value: '.', label: '1,234.50' },
    { value: ',', label: '1.234,50' },
  ];
  return [select(`column.${place}.decimal`, t('imports.numberFormat'), options, how.decimal ?? '.')];
}

/** 31 December 2026, half past two, in a format. */
function exampleOf(format: string): string {
  const parts = { YYYY: '2026', YY: '26', MM: '12', DD: '31', HH: '14', mm: '30', ss: '00' };
  return Object.entries(parts).reduce((text, [token, value]) => text.replace(token, value), format);
}

function referenceControls(
  call: PageCall,
  target: ImportableEntity,
  declared: Field,
  { place, how }: MappedColumn,
): readonly object[] {
  if (declared.kind !== 'ref') return [];
  const { t } = call;
  const { name, mayCreate } = referredEntity(call, target, declared);
  const answers = mayCreate ? (['refuse', 'notice', 'create'] as const) : (['refuse', 'notice'] as const);
  const missing = answers.map((value) => ({ value, label: t(`imports.missing.${value}`, { name }) }));
  return [
    select(`column.${place}.ref`, t('imports.refBy'), referenceChoices(call, target, declared), how.ref ?? ''),
    select(`column.${place}.missing`, t('imports.ifMissing'), missing, how.missing ?? 'refuse'),
  ];
}

function referredEntity(
  { request, labels }: PageCall,
  target: ImportableEntity,
  declared: Field,
): { readonly name: string; readonly mayCreate: boolean } {
  const id = targetOf(request.generation, target.entity, declared)?.entity ?? '';
  const entity = request.generation.entities.get(id);
  if (entity === undefined) return { name: '', mayCreate: false };
  const mayCreate = request.identity.reach(`${id}:import`) !== null && isCreatable(entity);
  return { name: labels.oneInText(entity.definition), mayCreate };
}

/** Records that need nothing but their title. */
function isCreatable({ definition: { fields, title, without = [] } }: CompiledEntity): boolean {
  if (without.includes('import')) return false;
  return Object.entries(fields).every(
    ([name, { required, default: preset }]) => name === title || required !== true || preset !== undefined,
  );
}

/** Work or private, office or mobile: what a column of a list says by its name alone. */
function kindControls(call: PageCall, target: ImportableEntity, { place, how }: MappedColumn): readonly object[] {
  const { list, item } = entryPathOf(how.field) ?? { list: how.field, item: '' };
  if (item === 'kind' || fieldAt(target, `${list}.1.kind`)?.options === undefined) return [];
  const options = optionChoices(call, target, `${list}.1.kind`);
  const value = how.constants?.['kind'] ?? '';
  const control = select(`column.${place}.kind`, call.t('imports.kindOfEntry'), options, value);
  return [{ ...control, emptyLabel: call.t('imports.kindUsual') }];
}

function valueControls(call: PageCall, parts: MapPageParts, { place, column, how }: MappedColumn): readonly object[] {
  const options = optionChoices(call, parts.target, how.field);
  return foreignTexts(parts, column, how.field).map((text, index) => ({
    ...select(
      `column.${place}.value.${index}`,
      call.t('imports.valueMeans', { text }),
      options,
      how.values?.[text] ?? '',
    ),
    emptyLabel: call.t('imports.valueRefused'),
  }));
}

/** Where records that exist can be found by a field: a text, a number, or the main part of a list's entries. */
function matchPath(field: string, target: ImportableEntity): string | null {
  if (!matchable.has(fieldAt(target, field)?.kind ?? '')) return null;
  const { list, item } = entryPathOf(field) ?? { list: field, item: soleOf(target, field) };
  return item === null ? list : `${list}.${item}`;
}

function soleOf(target: ImportableEntity, field: string): string | null {
  const declared = target.fields.get(field);
  return declared?.kind === 'list' ? soleItem(declared) : null;
}

const matchable = new Set<string>(['text', 'email', 'phone', 'url', 'integer']);

function matchLabel(call: PageCall, target: ImportableEntity, path: string): string {
  const [list = path, item] = path.split('.');
  const isItem = item !== undefined && target.fields.get(list)?.item?.[item] !== undefined;
  return fieldLabel(call, target, isItem ? list : path);
}
