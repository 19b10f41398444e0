import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Answer } from '../support/http.js';
import type { OpenApi, Operation } from './document.js';

/** Holds answers against the document they come from. */
export class AnswerCheck {
  readonly #ajv = new Ajv2020({ strict: false, allErrors: false });
  readonly #compiled = new WeakMap<object, ValidateFunction>();

  constructor(document: OpenApi) {
    addFormats.default(this.#ajv);
    for (const [name, schema] of Object.entries(document.components.schemas))
      this.#ajv.addSchema(schema, `#/components/schemas/${name}`);
  }

  /** What is wrong with an answer; null when the document allows it. */
  problem(operation: Operation, answer: Answer): string | null {
    if (answer.status >= 500 && answer.status !== 503) return `answers ${answer.status}: ${answer.text.slice(0, 300)}`;
    const declared = operation.responses[String(answer.status)];
    // Not modified is HTTP's own answer to a condition, and has no body.
    if (answer.status === 304) return null;
    if (declared === undefined)
      return `answers ${answer.status}, which it does not declare: ${answer.text.slice(0, 300)}`;
    return leakIn(answer) ?? this.#bodyProblem(declared.content, answer);
  }

  #bodyProblem(content: Operation['responses'][string]['content'], { headers, text }: Answer): string | null {
    const [type = ''] = String(headers['content-type']).split(';');
    const isJson = type.includes('json');
    if (content === undefined)
      return isJson && text !== '' ? `has a body though none is declared: ${text.slice(0, 200)}` : null;
    const schema = content[type]?.schema;
    if (schema === undefined) return `has the type ${type} though ${Object.keys(content).join(', ')} is declared`;
    return isJson ? this.#schemaProblem(schema, text) : null;
  }

  #schemaProblem(schema: object, text: string): string | null {
    const validate = this.#compiled.get(schema) ?? this.#ajv.compile(schema);
    this.#compiled.set(schema, validate);
    const value = parse(text);
    if (value === undefined) return `is no JSON: ${text.slice(0, 200)}`;
    if (validate(value)) return null;
    const { instancePath, message, params } = validate.errors?.[0] ?? {};
    return `does not fit its schema: ${JSON.stringify({ instancePath, message, params })} in ${text.slice(0, 300)}`;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Texts of the inside that no client may read. */
const inside = /node_modules|\.js:\d+:\d+|file:\/\/|\bselect\b.+\bfrom\b.+\bwhere\b|pg_catalog|p_lab\.|PostgreSQL/i;

function leakIn({ status, text }: Answer): string | null {
  if (status < 400) return null;
  const found = inside.exec(text)?.[0];
  return found === undefined ? null : `tells of the inside: ${found} in ${text.slice(0, 300)}`;
}
