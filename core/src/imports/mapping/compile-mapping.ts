import { ValidationError, type Problem } from '@trellis-crm/sdk';
import type { Generation } from '../../kernel/generation.js';
import { refuseFile } from '../file-refusal.js';
import { isTimeZone } from '../../settings/settings-checks.js';
import { compileField, type FieldSurroundings } from './compile-field.js';
import type { CompiledField, CompiledMapping, CompiledRecord, MappingSurroundings } from './compiled-mapping.js';
import { importableEntity, targetOf, type ImportableEntity } from './entity-fields.js';
import type { ImportMapping, RecordMapping, RecordMatch, TemplateSource } from './mapping.js';
import { mappedColumns } from './mapped-columns.js';
import { tagColumn } from './tag-column.js';
import { compileTemplate } from './template.js';

/**
 * Binds a mapping to a file and the entities there are.
 * @throws ValidationError `missing_column` naming every column that is not there; `invalid_mapping` with a pointer per fault
 */
export function compileMapping(mapping: ImportMapping, surroundings: MappingSurroundings): CompiledMapping {
  refuseMissingColumns(mapping, surroundings.header);
  const { timeZone = 'UTC' } = mapping;
  const faults: Problem[] = isTimeZone(timeZone) ? [] : [unknownZone(timeZone)];
  const within = faults.length > 0 ? surroundings : { ...surroundings, timeZone };
  const compiled = mapping.records.map((record, index) => compileRecord(record, index, within, faults));
  const records = compiled.filter((record) => record !== null);
  if (faults.length > 0) {
    const message = faults.map((fault) => fault.message).join(' ');
    throw new ValidationError('invalid_mapping', {}, { message, errors: faults });
  }
  return {
    source: mapping.source,
    blanks: mapping.blanks ?? 'keep',
    records,
    named: new Set(records.flatMap((record) => namedBy(record, surroundings.generation))),
  };
}

function unknownZone(name: string): Problem {
  return { pointer: '/mapping/timeZone', code: 'unknown_time_zone', message: `"${name}" is no time zone.` };
}

/** Entities that a record's fields refer to, and its own where the title finds a record that exists. */
function namedBy({ target, fields, matchField }: CompiledRecord, generation: Generation): readonly string[] {
  const { definition } = target.entity;
  const mapped = fields.flatMap(({ name }) => target.fields.get(name) ?? []);
  const parts = mapped.flatMap((declared) => [declared, ...Object.values(declared.item ?? {})]);
  const referred = parts.flatMap((part) => targetOf(generation, target.entity, part)?.entity ?? []);
  const linked = fields.flatMap(({ linksTo = [] }) => linksTo);
  return [...(matchField === definition.title ? [definition.id] : []), ...referred, ...linked];
}

function refuseMissingColumns(mapping: ImportMapping, header: readonly string[]): void {
  const known = new Set(header.map((name) => name.toLowerCase()));
  const [missing, ...others] = mappedColumns(mapping).filter((column) => !known.has(column.toLowerCase()));
  if (missing === undefined) return;
  const names = [missing, ...others].map((name) => `"${name}"`).join(', ');
  const present = header
    .filter((name) => name !== '')
    .slice(0, 30)
    .join(', ');
  throw refuseFile(
    'missing_column',
    `Line 1: the mapping needs ${names}, which the file does not have. Its columns: ${present}.`,
    {
      line: 1,
      column: missing,
    },
  );
}

function compileRecord(
  record: RecordMapping,
  index: number,
  surroundings: MappingSurroundings,
  faults: Problem[],
): CompiledRecord | null {
  const pointer = `/mapping/records/${index}`;
  const target = importableEntity(surroundings.generation, record.entity, surroundings.importer);
  if (target === undefined) {
    faults.push({
      pointer: `${pointer}/entity`,
      code: 'unknown_entity',
      message: `Nothing called "${record.entity}" can be imported here; is its plugin enabled?`,
    });
    return null;
  }
  const fields = compileFields(record, target, { ...surroundings, pointer, faults });
  const match = record.match ?? {};
  if (match.field !== undefined && !isMatchable(match.field, target, record)) {
    faults.push({
      pointer: `${pointer}/match/field`,
      code: 'unknown_field',
      message: `Records cannot be matched by "${match.field}": it is not a mapped field.`,
    });
  }
  return {
    index,
    target,
    fields,
    keyColumn: keyColumnOf(match),
    externalId: externalIdOf(match),
    matchField: match.field ?? null,
    mode: record.mode ?? 'both',
    isOptional: record.optional ?? false,
  };
}

function compileFields(
  record: RecordMapping,
  target: ImportableEntity,
  surroundings: FieldSurroundings,
): CompiledField[] {
  return Object.entries(record.fields).flatMap(([name, mapping]) => {
    const declared = target.fields.get(name);
    const pointer = `${surroundings.pointer}/fields/${name}`;
    if (declared === undefined) {
      const known = [...target.fields.keys()].filter((field) => !target.readOnly.has(field)).join(', ');
      surroundings.faults.push({
        pointer,
        code: 'unknown_field',
        message: `"${record.entity}" has no field "${name}". Fields: ${known}.`,
      });
      return [];
    }
    if (target.readOnly.has(name)) {
      surroundings.faults.push({ pointer, code: 'read_only', message: `"${name}" cannot be imported.` });
      return [];
    }
    return compileField({ name, declared, mapping, entity: target.entity }, { ...surroundings, pointer }) ?? [];
  });
}

function isMatchable(path: string, target: ImportableEntity, record: RecordMapping): boolean {
  const [name = '', entry] = path.split('.');
  if (target.fields.get(path) === tagColumn) return false;
  if (path in record.fields) return true;
  return name in record.fields && entry !== undefined && target.fields.get(name)?.item?.[entry] !== undefined;
}

function externalIdOf({ externalId }: RecordMatch): CompiledRecord['externalId'] {
  if (externalId === undefined) return null;
  if (typeof externalId === 'string') return (row) => row(externalId);
  return compileTemplate(externalId.template);
}

function keyColumnOf({ externalId, field }: RecordMatch): string | null {
  if (externalId === undefined) return field ?? null;
  return typeof externalId === 'string' ? externalId : firstColumn(externalId);
}

function firstColumn({ template }: TemplateSource): string | null {
  return /\{([^{}]+)\}/.exec(template)?.[1] ?? null;
}
