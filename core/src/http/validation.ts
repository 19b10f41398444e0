import type { Problem, TSchema } from '@trellis-crm/sdk';
import type { ErrorObject, Options, ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { SchemaCompiler } from '../schemas/schema-compiler.js';
import { problemsOf } from './schema-problems.js';

/** Checks a value against one schema, changing it where the schema's kind of source asks for it (texts of a query become numbers). */
export interface SchemaCheck {
  /** What is wrong, at most 20 things; none when the value fits. */
  problems(value: unknown): readonly Problem[];
}

/** Where a value comes from: JSON has its types; a query and a form are all text. */
export type ValueSource = 'json' | 'query' | 'form';

/** Compiles schemas, each once per source. */
export class SchemaChecks {
  readonly #fast = createCompilers(false);
  readonly #thorough = createCompilers(true);
  readonly #checks: Readonly<Record<ValueSource, WeakMap<TSchema, SchemaCheck>>> = {
    json: new WeakMap(),
    query: new WeakMap(),
    form: new WeakMap(),
  };

  /** The check of a schema object; compiled when first asked for. */
  for(source: ValueSource, schema: TSchema): SchemaCheck {
    const known = this.#checks[source].get(schema);
    if (known !== undefined) return known;
    const check = this.#compile(source, schema);
    this.#checks[source].set(schema, check);
    return check;
  }

  #compile(source: ValueSource, schema: TSchema): SchemaCheck {
    const validate = this.#fast[source].compile(schema);
    let thorough: ValidateFunction | undefined;
    return {
      problems: (value) => {
        if (validate(value)) return [];
        // All errors at once cost memory per error, so a big body is told the first one only.
        if (!isSmall(value)) return problemsOf(validate.errors ?? []);
        thorough ??= this.#thorough[source].compile(schema);
        const errors: readonly ErrorObject[] = thorough(value) ? (validate.errors ?? []) : (thorough.errors ?? []);
        return problemsOf(errors);
      },
    };
  }
}

function createCompilers(allErrors: boolean): Readonly<Record<ValueSource, SchemaCompiler>> {
  return {
    json: createCompiler({ allErrors }),
    query: createCompiler({ allErrors, coerceTypes: true }),
    form: createCompiler({ allErrors, coerceTypes: 'array' }),
  };
}

function createCompiler(options: Options): SchemaCompiler {
  const compiler = new SchemaCompiler({ strict: false, ownProperties: true, ...options });
  // The package's types describe CommonJS, where the function itself is the module.
  addFormats.default(compiler);
  return compiler;
}

const smallNodes = 2000;

/** Whether a value has few enough parts to list everything that is wrong with it. */
function isSmall(value: unknown): boolean {
  let nodes = 0;
  const stack: unknown[] = [value];
  while (stack.length > 0) {
    const next = stack.pop();
    if (typeof next !== 'object' || next === null) continue;
    const parts: unknown[] = Object.values(next);
    nodes += parts.length;
    if (nodes > smallNodes) return false;
    stack.push(...parts);
  }
  return true;
}
