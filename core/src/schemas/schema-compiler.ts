import { Ajv2020, type AnySchema, type Options } from 'ajv/dist/2020.js';

/**
 * Compiles JSON Schemas of draft 2020-12 into checks. Whether a schema is one is asked of one checker for all compilers: Ajv has each of
 * its instances compile the draft's own schemas for that, which takes longer than all schemas of a small plugin.
 */
export class SchemaCompiler extends Ajv2020 {
  constructor(options: Options = {}) {
    super({ ...options, meta: false });
  }

  /** @throws Error when it is none, with the places that are wrong, if `isThrown` */
  override validateSchema(schema: AnySchema, isThrown?: boolean): boolean | Promise<unknown> {
    checker ??= new Ajv2020({ strict: false });
    return checker.validateSchema(schema, isThrown);
  }
}

/** Made when the first schema is compiled. */
let checker: Ajv2020 | undefined;
