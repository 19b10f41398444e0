import { ForbiddenError, TooLargeError, ValidationError } from '@trellis-crm/sdk';
import type { Identity } from '../auth/identity.js';
import type { Generation } from '../kernel/generation.js';
import { decodeText } from './csv/decode-text.js';
import type { Delimiter } from './csv/delimiter.js';
import { readHeader, type CsvHeader } from './csv/header.js';
import { countRows } from './engine/chunks.js';
import { compileMapping } from './mapping/compile-mapping.js';
import { importableEntity } from './mapping/entity-fields.js';
import { guessMapping, type GuessOptions } from './mapping/guess-mapping.js';
import type { ImportMapping } from './mapping/mapping.js';

/** A file to import, and how. */
export interface ImportRequest extends GuessOptions {
  readonly bytes: Buffer;
  readonly fileName: string;
  readonly isDryRun: boolean;
  /** Without one it is guessed from the names of the columns, for `entity`. */
  readonly mapping?: ImportMapping;
  readonly entity?: string;
  readonly delimiter?: Delimiter;
  readonly encoding?: string;
}

/** A file that can be imported: read, mapped, counted, and allowed. */
export interface ReadableImport {
  readonly entity: string;
  readonly mapping: ImportMapping;
  readonly header: CsvHeader;
  /** UTF-8 without a byte order mark. */
  readonly text: Buffer;
  readonly rowCount: number;
}

/** Bytes of a file at most. */
export const mostFileBytes = 50 * 1024 * 1024;

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
  if (request.bytes.length > mostFileBytes) throw fileTooLarge();
  const given = request.mapping;
  if (given !== undefined) authorizeImport(given, identity);
  const { text } = decodeText(request.bytes, request.encoding ?? given?.encoding);
  const header = readHeader(text, request.delimiter ?? given?.delimiter);
  const mapping = given ?? guess(request, header, { generation, identity });
  authorizeImport(mapping, identity);
  compileMapping(mapping, { generation, header: header.names, baseCurrency, importer: identity });
  const rowCount = await countRows(text, { delimiter: header.delimiter, columns: header.names.length });
  return { entity: mainEntityOf(mapping), mapping, header, text, rowCount };
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

function guess(
  request: ImportRequest,
  header: CsvHeader,
  { generation, identity }: { readonly generation: Generation; readonly identity: Identity },
): ImportMapping {
  const { entity } = request;
  const target = entity === undefined ? undefined : importableEntity(generation, entity, identity);
  if (target !== undefined) return guessMapping(target, header.names, request);
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
  const message = `The file is larger than ${mostFileBytes / 1024 / 1024} MB. Split it; rows are matched by their key, so the parts may come in any order.`;
  return new TooLargeError('file_too_large', { limitBytes: mostFileBytes }, { message });
}
