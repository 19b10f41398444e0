import type { Schema } from './json-schema.js';

/** One parameter of an operation. */
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly style?: string;
  readonly schema: Schema;
}

type Content = Readonly<Record<string, { readonly schema: Schema }>>;

/** One operation of an OpenAPI document. */
export interface Operation {
  readonly method: string;
  /** With `{name}` for parameters. */
  readonly path: string;
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly body: Content | null;
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

/** An OpenAPI document as far as it is read here. */
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, RawOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>;
    readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
  };
}

interface RawOperation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly $ref?: string; readonly content?: Content }>>;
}

/** All operations by `METHOD /path/:name`, as the routes are called everywhere else. */
export function operationsOf(document: OpenApi): ReadonlyMap<string, Operation> {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, parameters = [], requestBody, responses }]): Operation => ({
      ...{ method: method.toUpperCase(), path, operationId, parameters },
      responses: resolveAll(document, responses),
      body: requestBody?.content ?? null,
    })),
  );
  return new Map(
    operations.map((operation) => [`${operation.method} ${operation.path.replaceAll(/\{(\w+)\}/g, ':$1')}`, operation]),
  );
}

/** Refusals stand once among the components. */
function resolveAll({ components }: OpenApi, responses: RawOperation['responses']): Operation['responses'] {
  const resolved = Object.entries(responses).map(([status, response]) => {
    const name = response.$ref?.split('/').at(-1);
    return [status, name === undefined ? response : (components.responses[name] ?? {})] as const;
  });
  return Object.fromEntries(resolved);
}
