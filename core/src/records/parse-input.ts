import type { Problem, TSchema } from '@trellis-crm/sdk';
import type { SchemaChecks } from '../http/validation.js';
import type { CompiledEntity, CompiledField } from './compiled-entity.js';
import { canonicalValue, type InputOptions } from './field-input.js';
import { isLinks, newLinks, unknownLinks } from './links.js';
import type { RecordScope } from './record-scope.js';
import { isElevatedField, mayWriteField } from './rights.js';
import { checkValue } from './value-checks.js';

/** Values by path of their field, in canonical form. */
export type RecordValues = ReadonlyMap<string, unknown>;

/** How an input is read. */
export interface ParseOptions extends InputOptions {
  readonly checks: SchemaChecks;
  /** Whether read-only fields of a plugin (null: of the entity itself) may be written. */
  isElevated(plugin: string | null): boolean;
  /** Whether there are records of an entity to link to. */
  isEntity(id: string): boolean;
  /** The moment of the write, ISO 8601 in UTC. */
  readonly now: string;
  /** Whether the actor may write a restricted field; one that may not be written looks like one that is not there. */
  mayWrite(field: CompiledField): boolean;
}

/** How the actor of a scope may write an entity. */
export function parseOptions(scope: RecordScope, entity: CompiledEntity): ParseOptions {
  return {
    checks: scope.checks,
    phoneCountry: scope.phoneCountry,
    isElevated: (plugin) => scope.fillsReadOnly || isElevatedField(scope, entity, plugin),
    isEntity: (id) => scope.generation.entities.has(id),
    now: scope.clock.now().toISOString(),
    mayWrite: (field) => mayWriteField(scope, field, entity),
  };
}

/** Reads a merge patch: the fields it names. */
export function tryParsePatch(entity: CompiledEntity, input: unknown, options: ParseOptions): Parsed {
  return parse(entity, input, entity.schemas.elevatedPatch, options);
}

/** Reads the input of a create: defaults filled in for the entity's own fields. */
export function tryParseCreate(entity: CompiledEntity, input: unknown, options: ParseOptions): Parsed {
  const parsed = parse(entity, input, entity.schemas.elevatedCreate, options);
  for (const [path, value] of entity.defaults) {
    if (parsed.values.has(path)) continue;
    const isMoment = value === 'now' && entity.fields.get(path)?.field.kind === 'dateTime';
    parsed.values.set(path, isMoment ? options.now : value);
  }
  return parsed;
}

/** Values and what is wrong with them; the values count only when nothing is. */
export interface Parsed {
  readonly values: Map<string, unknown>;
  readonly problems: readonly Problem[];
}

/** Problems of one of several inputs, told apart by its position. */
export function prefixProblems(problems: readonly Problem[], prefix: string): Problem[] {
  return problems.map((problem) => ({ ...problem, pointer: `${prefix}${problem.pointer}` }));
}

/** JSON pointer of a field in a body: `/name`, `/sales/territory`. */
export function pointerOf({ plugin, name }: Pick<CompiledField, 'plugin' | 'name'>): string {
  return plugin === null ? `/${name}` : `/${plugin}/${name}`;
}

function parse(entity: CompiledEntity, input: unknown, schema: TSchema, options: ParseOptions): Parsed {
  const canonical = canonicalInput(entity, input, options);
  const values = flatten(entity, canonical);
  const known = options.checks.for('json', schema).problems(canonical);
  const refused = refusedFields(entity, values, options);
  if (known.length === 0 && refused.length === 0) return { values, problems: checkAll(entity, values, options) };
  const problems = withoutTraces(
    known.map((problem) => namedEmpty(problem, canonical)),
    refused,
  );
  return { values: new Map(), problems };
}

/**
 * All problems, with nothing in them that tells a restricted field from one that does not exist: of what the schema says about its
 * value no word is left, and what is unknown comes last, whoever noticed it.
 */
function withoutTraces(known: readonly Problem[], refused: readonly Problem[]): Problem[] {
  const isUnknown = ({ code }: Problem): boolean => code === 'unknown_field';
  const hidden = refused.filter(isUnknown).map(({ pointer }) => pointer);
  const isAbout = (pointer: string): boolean => hidden.some((one) => pointer === one || pointer.startsWith(`${one}/`));
  const all = [...known.filter(({ pointer }) => !isAbout(pointer)), ...refused];
  const unknown = all.filter(isUnknown).toSorted((left, right) => (left.pointer < right.pointer ? -1 : 1));
  return [...all.filter((problem) => !isUnknown(problem)), ...unknown];
}

/** A field that may not be empty was given nothing, which is not a matter of types. */
function namedEmpty(problem: Problem, input: unknown): Problem {
  const isEmpty = problem.code === 'wrong_type' && valueAt(input, problem.pointer.split('/').slice(1)) === null;
  return isEmpty ? { ...problem, code: 'required', message: 'must not be empty' } : problem;
}

function valueAt(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined || typeof value !== 'object' || value === null) return value;
  return valueAt(Reflect.get(value, name.replaceAll('~1', '/').replaceAll('~0', '~')), rest);
}

function canonicalInput(entity: CompiledEntity, input: unknown, options: InputOptions): unknown {
  if (!isObject(input)) return input;
  return mapValues(input, (name, value) => {
    if (!entity.extensions.has(name)) return canonicalOf(entity.fields.get(name), value, options);
    if (!isObject(value)) return value;
    return mapValues(value, (inner, part) => canonicalOf(entity.fields.get(`${name}.${inner}`), part, options));
  });
}

function canonicalOf(field: CompiledField | undefined, value: unknown, options: InputOptions): unknown {
  return field === undefined ? value : canonicalValue(field.field, value, options);
}

/** Fields that are there but not to be written; a restricted one answers like an unknown one. */
function refusedFields(entity: CompiledEntity, values: RecordValues, options: ParseOptions): Problem[] {
  const problems: Problem[] = [];
  for (const path of values.keys()) {
    const field = entity.fields.get(path);
    if (field === undefined) continue;
    if (field.permissions !== null && !options.mayWrite(field))
      problems.push({ pointer: pointerOf(field), code: 'unknown_field', message: 'is not a field' });
    else if (field.field.readOnly === true && !field.isSystem && !options.isElevated(field.plugin))
      problems.push({ pointer: pointerOf(field), code: 'read_only', message: 'cannot be written' });
  }
  return problems;
}

/** Values by path, those of plugins taken out of their objects. */
function flatten(entity: CompiledEntity, input: unknown): Map<string, unknown> {
  const values = new Map<string, unknown>();
  if (!isObject(input)) return values;
  const add = (path: string, value: unknown): void => {
    if (value !== undefined) values.set(path, value);
  };
  for (const [name, value] of Object.entries(input)) {
    if (!entity.extensions.has(name)) add(name, value);
    else if (isObject(value)) Object.entries(value).forEach(([inner, part]) => add(`${name}.${inner}`, part));
  }
  return values;
}

function checkAll(entity: CompiledEntity, values: RecordValues, { isEntity }: ParseOptions): Problem[] {
  const problems: Problem[] = [];
  for (const [path, value] of values) {
    const field = entity.fields.get(path);
    if (field === undefined || value === null) continue;
    checkField(field, value, problems);
    if (isLinks(field.field))
      problems.push(...unknownLinks(newLinks(values, undefined, path), pointerOf(field), isEntity));
  }
  return problems;
}

function checkField(field: CompiledField, value: unknown, problems: Problem[]): void {
  const note = (problem: Problem | null): void => {
    if (problem !== null) problems.push(problem);
  };
  if (field.list === null || !Array.isArray(value)) {
    note(checkValue(field.field, value, pointerOf(field)));
    return;
  }
  for (const [position, entry] of (value as readonly Readonly<Record<string, unknown>>[]).entries())
    for (const item of field.list.items)
      note(checkValue(item.field, entry[item.name], `${pointerOf(field)}/${position}/${item.name}`));
}

function mapValues(
  source: Readonly<Record<string, unknown>>,
  map: (name: string, value: unknown) => unknown,
): Record<string, unknown> {
  const mapped: Record<string, unknown> = {};
  // Not by assignment: `__proto__` is a name as any other in JSON.
  for (const [name, value] of Object.entries(source)) setOwn(mapped, name, map(name, value));
  return mapped;
}

function setOwn(target: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__')
    Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
  else target[name] = value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
