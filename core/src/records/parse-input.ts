import type { Problem, TSchema } from '@trellis-crm/sdk';
import type { SchemaChecks } from '../http/validation.js';
import type { CompiledEntity, CompiledField } from './compiled-entity.js';
import { canonicalValue, type InputOptions } from './field-input.js';
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
  /** Whether the actor may write a restricted field; one that may not be written looks like one that is not there. */
  mayWrite(field: CompiledField): boolean;
}

/** How the actor of a scope may write an entity. */
export function parseOptions(scope: RecordScope, entity: CompiledEntity): ParseOptions {
  return {
    checks: scope.checks,
    phoneCountry: scope.phoneCountry,
    isElevated: (plugin) => scope.fillsReadOnly || isElevatedField(scope, entity, plugin),
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
  return { ...parsed, values: new Map([...defaultsOf(entity), ...parsed.values]) };
}

/** Values and what is wrong with them; the values count only when nothing is. */
export interface Parsed {
  readonly values: RecordValues;
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
  const known = options.checks.for('json', schema).problems(canonical);
  const problems = withoutTraces(
    known.map((problem) => namedEmpty(problem, canonical)),
    refusedFields(entity, canonical, options),
  );
  const values = problems.length > 0 ? new Map<string, unknown>() : flatten(entity, canonical);
  return { values, problems: problems.length > 0 ? problems : checkAll(entity, values) };
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
function refusedFields(entity: CompiledEntity, input: unknown, options: ParseOptions): Problem[] {
  return [...flatten(entity, input).keys()].flatMap((path) => {
    const field = entity.fields.get(path);
    if (field === undefined) return [];
    const pointer = pointerOf(field);
    if (field.permissions !== null && !options.mayWrite(field))
      return [{ pointer, code: 'unknown_field', message: 'is not a field' }];
    const isReadOnly = field.field.readOnly === true && !field.isSystem && !options.isElevated(field.plugin);
    return isReadOnly ? [{ pointer, code: 'read_only', message: 'cannot be written' }] : [];
  });
}

/** Values by path, those of plugins taken out of their objects. */
function flatten(entity: CompiledEntity, input: unknown): Map<string, unknown> {
  const given = isObject(input) ? Object.entries(input) : [];
  const pairs = given.flatMap(([name, value]): (readonly [string, unknown])[] => {
    if (!entity.extensions.has(name)) return [[name, value]];
    return isObject(value) ? Object.entries(value).map(([inner, part]) => [`${name}.${inner}`, part]) : [];
  });
  return new Map(pairs.filter(([, value]) => value !== undefined));
}

function checkAll(entity: CompiledEntity, values: RecordValues): Problem[] {
  return [...values].flatMap(([path, value]) => {
    const field = entity.fields.get(path);
    return field === undefined ? [] : checkField(field, value, pointerOf(field));
  });
}

function checkField({ field, list }: CompiledField, value: unknown, pointer: string): Problem[] {
  if (list === null || !Array.isArray(value)) return present(checkValue(field, value, pointer));
  return value.flatMap((entry: Readonly<Record<string, unknown>>, position) =>
    list.items.flatMap((item) =>
      present(checkValue(item.field, entry[item.name], `${pointer}/${position}/${item.name}`)),
    ),
  );
}

function present(problem: Problem | null): Problem[] {
  return problem === null ? [] : [problem];
}

/** A side table's row comes into being with the first value given, so plugin fields have no defaults here. */
function defaultsOf(entity: CompiledEntity): [string, unknown][] {
  return [...entity.fields.values()]
    .filter(({ plugin, isSystem }) => plugin === null && !isSystem)
    .map(({ path, field }) => [path, field.default ?? null]);
}

function mapValues(
  source: Readonly<Record<string, unknown>>,
  map: (name: string, value: unknown) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(source).map(([name, value]) => [name, map(name, value)]));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
