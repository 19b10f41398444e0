import { TooLargeError } from '@trellis-crm/sdk';
import type { Identity } from '../auth/identity.js';
import type { Generation } from '../kernel/generation.js';
import type { ImportFile } from './files/import-file.js';
import { firstRows } from './files/first-rows.js';
import { openTable, type ImportTable, type TableOptions } from './files/open-table.js';
import { authorizeImport, targetFor } from './import-target.js';
import { compileMapping } from './mapping/compile-mapping.js';
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
  const { file } = request;
  if (file.sizeBytes > mostFileBytes) throw fileTooLarge();
  const map = mapperFor(request, identity, generation);
  const table = await openTable(file, tableOptionsOf(request));
  const mapping = await map(table);
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

/** Gives or guesses the mapping of a table, which is opened for those only who may import what it is about. */
function mapperFor(
  request: ImportRequest,
  identity: Identity,
  generation: Generation,
): (table: ImportTable) => Promise<ImportMapping> {
  const { mapping } = request;
  if (mapping !== undefined) {
    authorizeImport(mapping, identity);
    return () => Promise.resolve(mapping);
  }
  const target = targetFor(request.entity, identity, { generation: () => generation });
  return async ({ header, delimiter, beginning }) => {
    const rows = await firstRows(beginning, { delimiter, columns: header.length });
    return guessMapping(target, { header, rows }, generation, request);
  };
}

/** The refusal of a file beyond {@link mostFileBytes}. */
export function fileTooLarge(): TooLargeError {
  const limitMb = mostFileBytes / 1024 / 1024;
  const message = `The file is larger than ${limitMb} MB. Split it; rows are matched by their key, so the parts may come in any order.`;
  return new TooLargeError('file_too_large', { limitBytes: mostFileBytes, limitMb }, { message });
}
