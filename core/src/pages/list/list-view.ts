import { User, type Field } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import type { DisplaySources } from '../fields/field-display.js';
import { fieldsOf, type EntityField } from '../fields/entity-field.js';
import type { RecordNames } from '../fields/record-names.js';
import type { PageCall } from '../page-call.js';

/** Columns of an entity's list, as its declaration says; name and last change when it says nothing. */
export function listFields(entity: CompiledEntity): readonly EntityField[] {
  let fields = knownFields.get(entity);
  if (fields === undefined) {
    const { title, views } = entity.definition;
    fields = fieldsOf(entity, views?.list ?? [title, 'updatedAt']);
    knownFields.set(entity, fields);
  }
  return fields;
}

/** Goes with its entity: that of the generation, or of one reader whose rights show him less of it. */
const knownFields = new WeakMap<CompiledEntity, readonly EntityField[]>();

/** What showing values needs, from the call and the names already looked up. */
export function displaySources({ env, labels, request, t }: PageCall, names: RecordNames): DisplaySources {
  return { env, labels, names, t, formatters: request.generation.views.formatters };
}

/** Whether the module said that it writes this part of its entity itself, or that there is none. Users are deactivated instead of deleted. */
export function isWithout(
  { definition }: CompiledEntity,
  part: NonNullable<CompiledEntity['definition']['without']>[number],
): boolean {
  if (part === 'delete' && definition.id === User.id) return true;
  return definition.without?.includes(part) ?? false;
}

/** Whether people work with such records: they have pages and a place in the menu, which is the last one unless the entity says otherwise. */
export function isWorkedWith(entity: CompiledEntity): boolean {
  return entity.definition.menu !== false && !isWithout(entity, 'pages');
}

/** The last change is the first column to go where there is little room. */
export function isWideOnly(field: EntityField): boolean {
  return field.path === 'updatedAt';
}

const numeric: ReadonlySet<Field['kind']> = new Set(['integer', 'decimal', 'percent', 'money', 'duration']);

/** Whether figures of the field stand below each other at the right. */
export function isNumeric({ kind }: Field): boolean {
  return numeric.has(kind);
}

/** On a phone a row is a card without column heads: bare figures and dates say there what they are, words speak for themselves. */
export function needsLabel({ kind }: Field): boolean {
  return numeric.has(kind) || kind === 'date' || kind === 'dateTime' || kind === 'boolean';
}
