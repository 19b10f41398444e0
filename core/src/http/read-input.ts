import {
  MalformedError,
  MediaTypeError,
  NotFoundError,
  ValidationError,
  type Problem,
  type TSchema,
} from '@trellis-crm/sdk';
import type { Endpoint, EndpointInput } from './endpoint.js';
import { readVersion } from './if-match.js';
import type { SentFile } from '../files/sent-file.js';
import { formOf, parseForm, type ParsedForm } from './parse-form.js';
import { parseJson } from './parse-json.js';
import { emptyRecord, parseQuery } from './parse-parameters.js';
import { bringsFiles, readFilledForm, type FormFiles } from './read-form-files.js';
import { readText, refuseEncoded } from './read-text.js';
import type { Exchange } from './request-state.js';
import type { SchemaChecks } from './validation.js';

/** A body as it was read, before it is checked. */
export interface RawBody {
  readonly value: unknown;
  /** Set when the body was a form. */
  readonly form: ParsedForm | null;
  /** Files that came with the form. */
  readonly files?: readonly SentFile[];
}

const defaultMaxBytes = 1024 * 1024;

/** Path parameters that fit their schemas. @throws NotFoundError: a malformed id names nothing */
export function checkParams(
  input: EndpointInput | undefined,
  params: Readonly<Record<string, string>>,
  checks: SchemaChecks,
): Readonly<Record<string, string>> {
  const schemas = input?.params ?? {};
  for (const name in schemas) {
    const schema = schemas[name];
    if (schema !== undefined && checks.for('query', schema).problems(params[name]).length > 0)
      throw new NotFoundError('not_found');
  }
  return params;
}

/** The query, checked and with its texts turned into what the schema says. @throws MalformedError pointing at a parameter */
export function readQuery(endpoint: Endpoint, ctx: Exchange, checks: SchemaChecks): Readonly<Record<string, unknown>> {
  const schema = endpoint.input?.query;
  if (schema === undefined && endpoint.surface === 'page') return emptyRecord();
  const query: Record<string, unknown> = parseQuery(ctx.querystring);
  if (schema === 'any') return query;
  const problems = schema === undefined ? unknownParameters(query) : checks.for('query', schema).problems(query);
  if (problems.length > 0) throw queryError(problems);
  return query;
}

/** Reads the body the endpoint declares; null for none or for one it reads itself. @throws MediaTypeError, TooLargeError, MalformedError */
export async function readBody(endpoint: Endpoint, ctx: Exchange, files: FormFiles): Promise<RawBody | null> {
  const declared = endpoint.input?.body;
  if (declared === undefined) return refuseBody(ctx);
  if (declared.kind === 'stream') {
    checkType(ctx, declared.types);
    refuseEncoded(ctx.req);
    return null;
  }
  if (bringsFiles(endpoint, ctx)) return readFormWithFiles(declared, ctx, files);
  checkType(ctx, [contentTypes[declared.kind]]);
  const text = await readText(ctx.req, endpoint.input?.maxBytes ?? defaultMaxBytes);
  if (declared.kind === 'json') return { value: parseJson(text), form: null };
  const form = parseForm(text, declared.schema);
  return { value: form.fields, form };
}

async function readFormWithFiles(
  { schema, maxFiles = 0 }: { readonly schema: TSchema; readonly maxFiles?: number },
  ctx: Exchange,
  files: FormFiles,
): Promise<RawBody> {
  const filled = await readFilledForm(ctx, maxFiles, files);
  const form = formOf(filled.parameters, schema);
  return { value: form.fields, form, files: filled.files };
}

/** The body after its schema. @throws ValidationError with a pointer per problem */
export function checkBody(endpoint: Endpoint, body: RawBody | null, checks: SchemaChecks): unknown {
  const declared = endpoint.input?.body;
  if (body === null || declared === undefined || declared.kind === 'stream') return undefined;
  const errors = checks.for(declared.kind, declared.schema).problems(body.value);
  if (errors.length > 0) throw new ValidationError('not_valid', {}, { errors });
  return body.value;
}

/** Which version of the record the caller means to change. */
export function readIfVersion(ctx: Exchange, body: RawBody | null): number | '*' | null {
  return readVersion(ctx.get('If-Match'), body?.form?.version);
}

const contentTypes = { json: 'application/json', form: 'application/x-www-form-urlencoded' } as const;

function checkType(ctx: Exchange, allowed: readonly string[]): void {
  const given = ctx.get('Content-Type').split(';')[0]?.trim().toLowerCase() ?? '';
  const type = given === 'application/merge-patch+json' ? 'application/json' : given;
  if (!allowed.includes(type)) throw new MediaTypeError('content_type_not_supported', { allowed });
}

/** An unexpected body is refused, or it would be taken for the next request. A form without fields but the token is fine. */
async function refuseBody(ctx: Exchange): Promise<RawBody | null> {
  const hasBody = Number(ctx.get('Content-Length') || 0) > 0 || ctx.get('Transfer-Encoding') !== '';
  if (!hasBody) return null;
  const text = await readText(ctx.req, defaultMaxBytes);
  const type = ctx.get('Content-Type').split(';')[0]?.trim().toLowerCase();
  if (type !== contentTypes.form) throw new MalformedError('body_not_expected');
  const form = parseForm(text);
  if (Object.keys(form.fields).length > 0) throw new MalformedError('body_not_expected');
  return { value: undefined, form };
}

function unknownParameters(query: Readonly<Record<string, unknown>>): Problem[] {
  return Object.keys(query).map((name) => ({
    pointer: `/${name}`,
    code: 'unknown_field',
    message: 'is not a parameter',
  }));
}

/** Query problems point at `?name`, and an unknown name has the code of its own that clients know from filters. */
function queryError(problems: readonly Problem[]): MalformedError {
  const errors = problems.map(({ pointer, code, message }) => ({
    pointer: `?${pointer.slice(1).replaceAll('~1', '/').replaceAll('~0', '~')}`,
    code: code === 'unknown_field' ? 'unknown_parameter' : code,
    message,
  }));
  const isUnknown = errors.some(({ code }) => code === 'unknown_parameter');
  return new MalformedError(isUnknown ? 'unknown_parameter' : 'invalid_parameter', {}, { errors });
}
