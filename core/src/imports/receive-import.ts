import { ForbiddenError, TooLargeError, ValidationError } from '@trellis-crm/sdk';
import type { Identity } from '../auth/identity.js';
import type { Generation } from '../kernel/generation.js';
import type { ImportFile } from './files/import-file.js';
import { firstRows } from './files/first-rows.js';
import { openTable, type ImportTable, type TableOptions } from './files/open-table.js';
import { compileMapping } from './mapping/compile-mapping.js';
import { importableEntity } from './mapping/entity-fields.js';
import { guessMapping } from './mapping/guess-mapping.js';
import type { ImportMapping } from './mapping/mapping.js';
import type { PlanHints } from './plan/guess-plan.js';
import type { ImportPlan } from './plan/import-plan.js';
import { withoutUndefined } from './without-undefined.js';

/** A file to import, and how. */
export interface ImportRequest extends PlanHints, TableOptions {
  readonly file: ImportFile;
  readonly isDryRun: boolean;
  /** Without one it is guessed from the names of the columns, for `entity`. */
  readonly mapping?: ImportMapping;
  readonly entity?: string;
}

/** A file that can be imported: opened, mapped and allowed. Its rows are counted while they are kept. */
export interface ReadableImport {
  readonly entity: string;
  readonly mapping: ImportMapping;
  readonly table: ImportTable;
}

/** The same with a plan that somebody may change. */
export interface PlannedImport extends ReadableImport {
  readonly plan: ImportPlan;
}

/** Bytes of a file at most. */
export const mostFileBytes = 200 * 1024 * 1024;

/**
 * Looks at a file as a whole, before anything of it is imported.
 * @throws TooLargeError `file_too_large`, ForbiddenError `may_not_import`, ValidationError with the reason, the line and the column
 */
export async function receiveImport(
  request: ImportRequest,
  identity: Identity,
  generation: Generation,
  baseCurrency: string,
): Promise<ReadableImport> {
  const { file, mapping: given } = request;
  if (file.sizeBytes > mostFileBytes) throw fileTooLarge();
  if (given !== undefined) authorizeImport(given, identity);
  const table = await openTable(file, tableOptionsOf(request));
  const mapping = given ?? (await guess(request, table, { generation, identity }));
  authorizeImport(mapping, identity);
  compileMapping(mapping, { generation, header: table.header, baseCurrency, importer: identity });
  return { entity: mainEntityOf(mapping), mapping, table };
}

/** What is said beside the file comes before what its mapping says. */
export function tableOptionsOf({ delimiter, encoding, sheet, headerRow, mapping }: ImportRequest): TableOptions {
  const given = {
    delimiter: delimiter ?? mapping?.delimiter,
    encoding: encoding ?? mapping?.encoding,
    sheet,
    headerRow,
  };
  return withoutUndefined(given);
}

/** What the last place makes: those before it are what it refers to. */
function mainEntityOf({ records }: ImportMapping): string {
  return records.at(-1)?.entity ?? '';
}

/** Every entity a mapping writes needs its right to import. @throws ForbiddenError `may_not_import` */
export function authorizeImport(mapping: ImportMapping, identity: Identity): void {
  for (const { entity } of mapping.records) {
    if (identity.reach(`${entity}:import`) === null) throw new ForbiddenError('may_not_import', { entity });
  }
}

async function guess(
  request: ImportRequest,
  { header, delimiter, beginning }: ImportTable,
  { generation, identity }: { readonly generation: Generation; readonly identity: Identity },
): Promise<ImportMapping> {
  const { entity } = request;
  const target = entity === undefined ? undefined : importableEntity(generation, entity, identity);
  if (target !== undefined) {
    const rows = await firstRows(beginning, { delimiter, columns: header.length });
    return guessMapping(target, { header, rows }, generation, request);
  }
  const message =
    entity === undefined
      ? 'Say what the rows are: an entity, or a mapping.'
      : `Nothing called "${entity}" can be imported here.`;
  throw new ValidationError(
    'unknown_entity',
    {},
    { message, errors: [{ pointer: '/entity', code: 'unknown_entity', message }] },
  );
}

/** The refusal of a file beyond {@link mostFileBytes}. */
export function fileTooLarge(): TooLargeError {
  const limitMb = mostFileBytes / 1024 / 1024;
  const message = `The file is larger than ${limitMb} MB. Split it; rows are matched by their key, so the parts may come in any order.`;
  return new TooLargeError('file_too_large', { limitBytes: mostFileBytes, limitMb }, { message });
}
