import type {
  DuplicateEvidence,
  EntityDefinition,
  Extension,
  Field,
  FieldMap,
  PermissionKey,
  TSchema,
} from '@trellis-crm/sdk';
import type { StatementCache } from './statements/statement-cache.js';
import type { WriteStatements } from './writes/write-shape.js';

/** One entity of a generation with everything that can be worked out once: the declaration, and the side tables active plugins hang on it. */
export interface CompiledEntity {
  readonly definition: EntityDefinition;
  /** `core` or `p_<plugin>` */
  readonly schemaName: string;
  readonly tableName: string;
  /** Path segment under `/api/v1/…` and of the pages: `accounts`, `sales/deals`. */
  readonly path: string;
  /** Fields that other modules added, by plugin id. */
  readonly extensions: ReadonlyMap<string, CompiledExtension>;
  /** All fields by path: own ones, those core keeps (`id`, `createdAt`, `owner` …), then `<plugin>.<field>`. */
  readonly fields: ReadonlyMap<string, CompiledField>;
  /** The fields as a list, in their order. */
  readonly fieldList: readonly CompiledField[];
  /** What a record's own row keeps of its answer. */
  readonly kept: KeptPart;
  /** The same of the side tables, by plugin. */
  readonly keptSides: ReadonlyMap<string, KeptPart>;
  /** Reads of this generation, each built when it is first asked for. */
  readonly reads: StatementCache;
  /** Statements of writes; the same text for any number of records. */
  readonly statements: WriteStatements;
  /** Null when no field is searched. */
  readonly search: CompiledSearch | null;
  /** What makes two records likely the same; empty when nothing is declared. */
  readonly duplicates: readonly CompiledRule[];
  readonly schemas: RecordSchemas;
  /** What a new record has where nothing is given: every own field that is not kept by core, null or its default. */
  readonly defaults: ReadonlyMap<string, unknown>;
  /** Fields that refer to records, by themselves or in their entries. */
  readonly referring: readonly CompiledField[];
  /** Fields that hold files. */
  readonly files: readonly CompiledField[];
}

/** Side table of one plugin. */
export interface CompiledExtension {
  readonly tableName: string;
  readonly fields: FieldMap;
}

/** JSON Schemas (2020-12) of an entity, for validation and OpenAPI. */
export interface RecordSchemas {
  /** A record as answered. Restricted fields are optional in it. */
  readonly record: TSchema;
  /** What creating takes; fields that services only may write are left out. */
  readonly create: TSchema;
  /** Merge patch: any of its fields. */
  readonly patch: TSchema;
  /** The same two with read-only fields, for services and imports. */
  readonly elevatedCreate: TSchema;
  readonly elevatedPatch: TSchema;
}

/** A JSON Schema as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** One field with where it lives and who may see it. */
export interface CompiledField {
  /** Name in filters, sorts, pointers and audit rows: `amount`, `sales.territory`. */
  readonly path: string;
  /** Name within its JSON object. */
  readonly name: string;
  /** Plugin whose side table holds it; null for the entity's own. */
  readonly plugin: string | null;
  readonly field: Field;
  /** Kept by core: `id`, `version`, `createdAt`, `owner` … */
  readonly isSystem: boolean;
  /** First column; a money field's currency stands in `<column>_currency`. Lists have none. */
  readonly column: string;
  /** Alias of its table in a read: `r`, or `x_<plugin>` for a side table. */
  readonly alias: string;
  /** Entity a `ref` points at. */
  readonly target: string | null;
  /** Child table of a `list`, of `links` or of `files`. */
  readonly list: CompiledList | null;
  /** Rights a restricted field asks for; null for all others. */
  readonly permissions: { readonly read: PermissionKey; readonly write: PermissionKey } | null;
}

/** Child table of a list field, of links or of files: key (owner, position), replaced as a whole. */
export interface CompiledList {
  readonly schemaName: string;
  readonly tableName: string;
  readonly ownerColumn: string;
  readonly items: readonly CompiledField[];
  /** Fields of the record whose values stand in each entry too, for indexes; they are no part of its answer. */
  readonly beside: readonly CompiledField[];
}

/** What of a record's answer is kept as text in one row. */
export interface KeptPart {
  /** Null for the entity's own row. */
  readonly plugin: string | null;
  /** Alias of the row in a read. */
  readonly alias: string;
  /** What was kept for another shape is never given. */
  readonly shape: string;
  /** Fields of the row, in the order in which they are answered. */
  readonly scalars: readonly CompiledField[];
  /** Lists whose entries are kept too, in order. */
  readonly lists: readonly CompiledField[];
}

/** What of an entity is found by search. */
export interface CompiledSearch {
  /** Names the record in results; null when not everybody may see it. */
  readonly title: CompiledField | null;
  /** Found by any part, the title first. */
  readonly short: readonly SearchedField[];
  /** Found by whole words and beginnings of words. */
  readonly long: readonly SearchedField[];
  /** Paths of the fields above. */
  readonly paths: ReadonlySet<string>;
  /** Another key means that the rows hold something else. */
  readonly fieldsKey: string;
}

/** A field that is searched, or one field of a list's entries. */
export interface SearchedField {
  readonly field: CompiledField;
  readonly item: CompiledField | null;
}

/** A reason to take two records of an entity for the same, with the field it looks at. */
export interface CompiledRule {
  readonly field: CompiledField;
  /** Field of the list's entries; null for a field of the record itself. */
  readonly item: CompiledField | null;
  readonly as: DuplicateEvidence;
  readonly weight: number;
}

/** An extension with the plugin that declares it. */
export interface OwnedExtension extends Extension {
  readonly plugin: string;
}
