import type { Problem } from '@trellis-crm/sdk';
import type { ErrorObject } from 'ajv/dist/2020.js';

/** Says in our codes what ajv found, at most 20 things; of alternatives only the one that was meant. */
export function problemsOf(errors: readonly ErrorObject[]): Problem[] {
  const told = new Map<string, Problem>();
  for (const error of withoutLosers(errors)) {
    const problem = toProblem(error);
    const key = `${problem.pointer} ${problem.code}`;
    if (!told.has(key) && told.size < maxProblems) told.set(key, problem);
  }
  return [...told.values()];
}

const maxProblems = 20;

/**
 * Each failed alternative of an `anyOf` reports its own errors. Those that only say "not this type" are noise when another
 * alternative got further; when all say that, one error for the whole is left, and of many constants the first speaks for all.
 */
function withoutLosers(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf');
  const losers = new Set(unions.flatMap((union) => losersOf(union, errors)));
  return errors.filter((error) => !losers.has(error));
}

function losersOf(union: ErrorObject, errors: readonly ErrorObject[]): ErrorObject[] {
  const branches = errors.filter((error) => error.schemaPath.startsWith(`${union.schemaPath}/`));
  const further = branches.filter((error) => error.keyword !== 'type' || error.instancePath !== union.instancePath);
  if (further.length === 0) return branches;
  const isConstants = further.every(({ keyword }) => keyword === 'const');
  const winners = isConstants ? further.slice(0, 1) : further;
  return [union, ...branches.filter((error) => !winners.includes(error))];
}

function toProblem(error: ErrorObject): Problem {
  const name = missingOrUnknown(error);
  const pointer = name === undefined ? error.instancePath : `${error.instancePath}/${escapePointer(name)}`;
  const details = detailsOf(error);
  return {
    pointer,
    code: codes[error.keyword] ?? 'not_valid',
    message: messageOf(error),
    ...(details !== null && { details }),
  };
}

/** What a text for people names: a limit that itself is allowed, and the form that a text should have. */
function detailsOf({ keyword, params }: ErrorObject): NonNullable<Problem['details']> | null {
  const { limit, format } = params as Readonly<Record<string, unknown>>;
  if (typeof limit === 'number' && !keyword.startsWith('exclusive')) return { limit };
  return typeof format === 'string' ? { format } : null;
}

function missingOrUnknown(error: ErrorObject): string | undefined {
  const params: Readonly<Record<string, unknown>> = error.params;
  const name = params['missingProperty'] ?? params['additionalProperty'] ?? params['unevaluatedProperty'];
  return typeof name === 'string' ? name : undefined;
}

function messageOf(error: ErrorObject): string {
  const params: Readonly<Record<string, unknown>> = error.params;
  if (error.keyword === 'enum') return `must be one of ${JSON.stringify(params['allowedValues'])}`;
  return messages[error.keyword] ?? error.message ?? 'is not valid';
}

/** Where ours say it better than ajv's. */
const messages: Readonly<Record<string, string>> = {
  const: 'is not one of the options',
  required: 'is required',
  additionalProperties: 'is not a field',
  unevaluatedProperties: 'is not a field',
  anyOf: 'fits none of the allowed forms',
  oneOf: 'fits none of the allowed forms',
};

function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

const codes: Readonly<Record<string, string>> = {
  required: 'required',
  additionalProperties: 'unknown_field',
  unevaluatedProperties: 'unknown_field',
  type: 'wrong_type',
  anyOf: 'wrong_type',
  oneOf: 'wrong_type',
  enum: 'not_an_option',
  const: 'not_an_option',
  maxLength: 'too_long',
  minLength: 'too_short',
  maximum: 'too_large',
  minimum: 'too_small',
  exclusiveMaximum: 'too_large',
  exclusiveMinimum: 'too_small',
  maxItems: 'too_many',
  minItems: 'too_few',
  uniqueItems: 'duplicate',
  pattern: 'wrong_format',
  format: 'wrong_format',
  multipleOf: 'wrong_step',
};
