import type { Reach } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../compiled-entity.js';
import { stageDeclaration } from '../writes/stage/fill-stage.js';
import {
  ownerKey,
  type CheckedTables,
  type ReferenceCheck,
  type RowsForm,
  type WriteShape,
} from '../writes/write-shape.js';
import type { ExplainedStatement } from './explained-statement.js';

/** Creating records with everything there is to write: lists, side rows and refs. @param form how they come: one, several, or as many as an import brings */
export function createExamples(
  entities: CheckedTables,
  entity: CompiledEntity,
  reach: Reach,
  form: RowsForm,
): readonly ExplainedStatement[] {
  const shape = { ...wholeWrite(entity, reach), change: 'created' as const, present: null, form };
  return [
    textOf(entities, entity, `${reach}: new ${recordsOf(form)}`, {
      ...shape,
      search: entity.search === null ? null : 'added',
    }),
  ];
}

/** Changing records that were read before: only as long as they are as they were read. */
export function updateExamples(
  entities: CheckedTables,
  entity: CompiledEntity,
  reach: Reach,
  form: RowsForm,
): readonly ExplainedStatement[] {
  const present = { read: reach, write: reach };
  const shape = { ...wholeWrite(entity, reach), change: 'updated' as const, present, form };
  return [
    textOf(entities, entity, `${reach}: changes of ${recordsOf(form)}`, {
      ...shape,
      search: entity.search === null ? null : 'saved',
    }),
  ];
}

/** Putting records into the trash: their locks are held, and everything was asked before. */
export function deleteExamples(entities: CheckedTables, entity: CompiledEntity): readonly ExplainedStatement[] {
  const search = entity.search === null ? null : ('removed' as const);
  const shape = {
    change: 'trashed' as const,
    lists: [],
    sides: [],
    references: [],
    present: null,
    search,
    form: 'one' as const,
  };
  return [textOf(entities, entity, 'under locks: into the trash', { ...shape, reach: 'all' })];
}

function recordsOf(form: RowsForm): string {
  return form === 'one' ? 'one record' : 'records';
}

function textOf(tables: CheckedTables, entity: CompiledEntity, name: string, shape: WriteShape): ExplainedStatement {
  const { prepared, staged } = entity.statements.of(shape, tables);
  return { name, text: prepared.text, stage: staged.map((table) => stageDeclaration(table)) };
}

function wholeWrite(
  entity: CompiledEntity,
  reach: Reach,
): Pick<WriteShape, 'lists' | 'sides' | 'references' | 'reach'> {
  const lists = entity.fieldList.filter(({ list }) => list !== null).map(({ path }) => path);
  return { lists, sides: [...entity.extensions.keys()], references: referencesOf(entity, reach), reach };
}

function referencesOf(entity: CompiledEntity, reach: Reach): readonly ReferenceCheck[] {
  const fields = entity.fieldList.flatMap((field) => [field, ...(field.list?.items ?? [])]);
  const targets = fields.flatMap(({ target, isSystem }) => (target === null || isSystem ? [] : [target]));
  const owner = entity.definition.owned ? [{ target: ownerKey, reach: 'all' as const }] : [];
  return [...[...new Set(targets)].sort().map((target) => ({ target, reach })), ...owner];
}
