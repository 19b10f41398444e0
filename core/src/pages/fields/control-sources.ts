import type { Generation } from '../../kernel/generation.js';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import type { FormData } from './form-reader.js';
import type { Labels } from './labels.js';
import type { RecordNames } from './record-names.js';

/** What building controls needs beside the field. */
export interface ControlSources {
  readonly generation: Generation;
  readonly entity: CompiledEntity;
  readonly labels: Labels;
  /** Names behind the refs that the form holds. */
  readonly names: RecordNames;
  /** Records to choose from where there are few, by entity id. */
  readonly choices: ReadonlyMap<string, readonly { readonly value: string; readonly label: string }[]>;
  readonly currencies: readonly string[];
  readonly form: FormData;
  /** What stands for a record that the reader may not see. */
  readonly hiddenName: string;
  /** What is wrong, by control name. */
  readonly errors: ReadonlyMap<string, string>;
}
