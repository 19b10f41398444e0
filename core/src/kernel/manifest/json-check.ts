import { readFile } from 'node:fs/promises';
import { PluginError, type Problem, type Static, type TSchema } from '@trellis-crm/sdk';
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import { SchemaCompiler } from '../../schemas/schema-compiler.js';

/**
 * Reads a JSON file and checks it against a schema whose `description`s say what a right value is.
 * @throws PluginError `manifest_invalid` whose text names file, place and remedy of every mistake
 */
export async function readCheckedJson<S extends TSchema>(path: string, schema: S): Promise<Static<S>> {
  const value = parse(path, await read(path));
  const validate = validatorOf(schema);
  if (validate(value)) return value;
  throw invalid(path, (validate.errors ?? []).map(toProblem));
}

/** By schema: a workspace of a hundred plugins reads two hundred files against the same two. */
const validators = new WeakMap<TSchema, ValidateFunction>();

function validatorOf(schema: TSchema): ValidateFunction {
  const validate =
    validators.get(schema) ?? new SchemaCompiler({ allErrors: true, strict: false, verbose: true }).compile(schema);
  validators.set(schema, validate);
  return validate;
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new PluginError(
      'manifest_missing',
      { file: path },
      {
        message: `${path} cannot be read; a plugin's package has one. Build the plugin, or name its folder`,
        cause: error,
      },
    );
  }
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw invalid(path, [{ pointer: '', code: 'json', message: `is not JSON: ${message}` }], error);
  }
}

function invalid(path: string, errors: readonly Problem[], cause?: unknown): PluginError {
  const lines = errors.map(({ pointer, message }) => `${path}${pointer === '' ? '' : ` at ${pointer}`}: ${message}`);
  return new PluginError('manifest_invalid', { file: path }, { message: lines.join('\n'), errors, cause });
}

function toProblem(error: ErrorObject): Problem {
  const params = error.params as Readonly<Record<string, unknown>>;
  const expected = (error.parentSchema as { description?: string } | undefined)?.description;
  if (error.keyword === 'additionalProperties') {
    const key = String(params['additionalProperty']);
    return {
      pointer: `${error.instancePath}/${escapePointer(key)}`,
      code: 'unknown_key',
      message: `is not known here; ${remedyOf(key, error)}`,
    };
  }
  if (error.keyword === 'required') {
    return {
      pointer: `${error.instancePath}/${escapePointer(String(params['missingProperty']))}`,
      code: 'missing',
      message: 'is missing; add it',
    };
  }
  return {
    pointer: error.instancePath,
    code: error.keyword,
    message: expected === undefined ? (error.message ?? 'is wrong') : `must be ${expected}`,
  };
}

/** Names the key that was probably meant, else those there are. */
function remedyOf(key: string, error: ErrorObject): string {
  const known = Object.keys((error.parentSchema as { properties?: object } | undefined)?.properties ?? {});
  const meant = known.find((candidate) => distance(candidate, key) <= 2);
  if (meant !== undefined) return `did you mean "${meant}"?`;
  return known.length === 0 ? 'remove it' : `remove it, or use one of ${known.join(', ')}`;
}

/** Edits that turn one word into the other. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const substitution = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substitution));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
