import { MalformedError, ValidationError, type Problem } from '@trellis-crm/sdk';
import type { ErrorObject } from 'ajv/dist/2020.js';
import { SchemaCompiler } from '../../schemas/schema-compiler.js';
import type { ImportMapping } from './mapping.js';
import { MappingSchema } from './mapping-schema.js';

/**
 * Reads a mapping from its JSON text.
 * @throws MalformedError `malformed_mapping` when it is not JSON, ValidationError `invalid_mapping` with pointers into it
 */
export function parseMapping(text: string): ImportMapping {
  return checkMapping(parseJson(text));
}

/** Checks the shape of a mapping; its entities, fields and columns are checked when it meets a file. @throws ValidationError `invalid_mapping` */
function checkMapping(value: unknown): ImportMapping {
  if (isMapping(value)) return value;
  throw new ValidationError(
    'invalid_mapping',
    {},
    { message: 'The mapping is not valid.', errors: problemsOf(validate.errors ?? []) },
  );
}

const validate = new SchemaCompiler({ allErrors: true, strict: true, allowUnionTypes: true }).compile(MappingSchema);

function isMapping(value: unknown): value is ImportMapping {
  return validate(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MalformedError('malformed_mapping', {}, { message: 'The mapping is not JSON.', cause });
  }
}

/** Unions report each alternative; the deepest errors say what is meant. */
function problemsOf(errors: readonly ErrorObject[]): Problem[] {
  const telling = errors.filter(({ keyword }) => keyword !== 'anyOf');
  return telling.slice(0, 20).map(({ instancePath, keyword, message, params }) => {
    const extra: unknown = params['additionalProperty'];
    const pointer = `/mapping${instancePath}${typeof extra === 'string' ? `/${extra}` : ''}`;
    return {
      pointer,
      code: keyword === 'additionalProperties' ? 'unknown_field' : keyword,
      message: message ?? 'is not valid',
    };
  });
}
