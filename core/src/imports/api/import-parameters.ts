import { MalformedError, Type, Uuid, type Static } from '@trellis-crm/sdk';
import { delimiters } from '../csv/delimiter.js';
import type { ImportFile } from '../files/import-file.js';
import { parseMapping } from '../mapping/parse-mapping.js';
import type { ImportRequest } from '../receive-import.js';
import { withoutUndefined } from '../without-undefined.js';

/** What may be said beside the file: in the query, or as fields of the form. */
export const ImportParameters = Type.Object(
  {
    /** What the rows are, when there is no mapping. */
    entity: Type.Optional(Type.String({ maxLength: 80 })),
    /** A mapping as JSON text. */
    mapping: Type.Optional(Type.String({ maxLength: 256 * 1024 })),
    /** A mapping that was kept: `GET /api/v1/import-mappings`. */
    mappingId: Type.Optional(Uuid),
    /** Column → field, as JSON text; for columns whose name is not the field's. */
    map: Type.Optional(Type.String({ maxLength: 64 * 1024 })),
    /** Field, `externalId:<column>` or `none`. */
    match: Type.Optional(Type.String({ maxLength: 200 })),
    /** Name of the system that external ids come from. */
    source: Type.Optional(Type.String({ pattern: '^[a-z0-9][a-z0-9._-]{0,62}$' })),
    /** Only rows of new records, or of records that exist; for what has no mapping. */
    mode: Type.Optional(Type.Union([Type.Literal('create'), Type.Literal('update')])),
    delimiter: Type.Optional(Type.Union(delimiters.map((delimiter) => Type.Literal(delimiter)))),
    encoding: Type.Optional(Type.String({ maxLength: 40 })),
    /** Name of the sheet of a spreadsheet; the first one when left out. */
    sheet: Type.Optional(Type.String({ maxLength: 80 })),
    /** Row of a spreadsheet with the names of the columns; found when left out. */
    headerRow: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    fileName: Type.Optional(Type.String({ maxLength: 255 })),
    dryRun: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);

/** Checked parameters. */
export type ImportParameters = Static<typeof ImportParameters>;

/** The request a file makes with its parameters. @param entity fixed by the path, if it is */
export function requestOf(file: ImportFile, parameters: ImportParameters, entity?: string): ImportRequest {
  const { mapping, mappingId: _id, map, fileName: _, dryRun, ...others } = parameters;
  return {
    file,
    isDryRun: dryRun ?? false,
    ...withoutUndefined({
      ...others,
      entity: entity ?? parameters.entity,
      mapping: mapping === undefined ? undefined : parseMapping(mapping),
      map: map === undefined ? undefined : columnMap(map),
    }),
  };
}

function columnMap(text: string): Readonly<Record<string, string>> {
  const value = parsed(text);
  if (isColumnMap(value)) return value;
  throw new MalformedError(
    'malformed_map',
    {},
    { message: '"map" is no JSON object of column names and field names.' },
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isColumnMap(value: unknown): value is Readonly<Record<string, string>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((field) => typeof field === 'string')
  );
}
