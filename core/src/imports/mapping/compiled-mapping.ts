import type { Identity } from '../../auth/identity.js';
import type { Generation } from '../../kernel/generation.js';
import type { ImportableEntity } from './entity-fields.js';
import type { ValueProblem } from './import-value.js';

/** What a mapping is bound to. */
export interface MappingSurroundings {
  readonly generation: Generation;
  /** Column names of the file. */
  readonly header: readonly string[];
  readonly baseCurrency: string;
  /** Zone of times that name none; UTC when left out. */
  readonly timeZone?: string;
  /** Whose rights decide on restricted fields; the operator when left out. */
  readonly importer?: Pick<Identity, 'reach'>;
}

/** A mapping bound to the entities of a generation and the columns of a file. */
export interface CompiledMapping {
  readonly source: string;
  readonly blanks: 'keep' | 'clear';
  readonly records: readonly CompiledRecord[];
  /** Entities whose records rows may mean by their title. */
  readonly named: ReadonlySet<string>;
}

/** One record a row makes. */
export interface CompiledRecord {
  /** Place in the mapping; keys are unique per place. */
  readonly index: number;
  readonly target: ImportableEntity;
  /** Column named in messages about the key. */
  readonly keyColumn: string | null;
  /** Reads the external id; null when the mapping has none. */
  readonly externalId: ((row: Cells) => string) | null;
  /** Field whose value finds a record that exists; null when the mapping has none. */
  readonly matchField: string | null;
  readonly fields: readonly CompiledField[];
  readonly mode: 'both' | 'create' | 'update';
  /** A row without a value for it makes none. */
  readonly isOptional: boolean;
}

/** Trimmed text of a cell by column name, in lower case; empty when the column is not there. */
export type Cells = (column: string) => string;

/** How one field of a record is read from a row. */
export interface CompiledField {
  readonly name: string;
  /** Column named in messages; null for what comes from no single column. */
  readonly column: string | null;
  readonly noticeBlank: boolean;
  /** The same for every row. */
  readonly isConstant: boolean;
  /** Of links, the entities that columns name records of. */
  readonly linksTo?: readonly string[];
  read(row: Cells): FieldReading;
}

/** Outcome of reading a field: nothing there, a value, or why there is none. */
export type FieldReading =
  | { readonly kind: 'blank' }
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'problem'; readonly problem: ValueProblem };
