import { MalformedError, TooLargeError, ValidationError, type Problem } from '@trellis-crm/sdk';

/** Limits that no honest body comes near. */
const maxDepth = 32;
const maxParts = 50_000;

/**
 * Parses a body and refuses what later layers would trip over: nesting and counts without end, `__proto__`, numbers that
 * became infinite, and text that PostgreSQL cannot store. @throws MalformedError, TooLargeError, ValidationError
 */
export function parseJson(text: string): unknown {
  const value = parse(text);
  inspect(value);
  return value;
}

/** What PostgreSQL refuses inside text: NUL, and halves of surrogate pairs, which are no characters. */
export function isStorableText(text: string): boolean {
  return !text.includes('\u0000') && text.isWellFormed();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new MalformedError('malformed_json', {}, { message: 'The body is not valid JSON.', cause });
  }
}

interface Part {
  readonly value: unknown;
  readonly pointer: string;
  readonly depth: number;
}

/** Walks without recursion: JSON.parse survives any depth, the call stack does not. */
function inspect(root: unknown): void {
  const parts: Part[] = [{ value: root, pointer: '', depth: 0 }];
  let seen = 0;
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    seen += 1;
    if (seen > maxParts) throw new TooLargeError('too_many_values', { max: maxParts });
    if (part.depth > maxDepth) throw new MalformedError('nested_too_deep', { max: maxDepth });
    if (typeof part.value === 'object' && part.value !== null) parts.push(...children(part, part.value));
    else checkScalar(part);
  }
}

function children(parent: Part, value: object): Part[] {
  return Object.entries(value).map(([key, child]: [string, unknown]) => {
    const pointer = `${parent.pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (key === '__proto__')
      throw new MalformedError('key_not_allowed', {}, { errors: [problem(pointer, 'key_not_allowed')] });
    if (!isStorableText(key)) throw notStorable(parent.pointer);
    return { value: child, pointer, depth: parent.depth + 1 };
  });
}

function checkScalar({ value, pointer }: Part): void {
  if (typeof value === 'string' && !isStorableText(value)) throw notStorable(pointer);
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new ValidationError('not_valid', {}, { errors: [problem(pointer, 'too_large')] });
  }
}

function notStorable(pointer: string): ValidationError {
  return new ValidationError('not_valid', {}, { errors: [problem(pointer, 'not_storable')] });
}

function problem(pointer: string, code: string): Problem {
  return { pointer, code, message: messages[code] ?? code };
}

const messages: Readonly<Record<string, string>> = {
  key_not_allowed: 'is not allowed as a key',
  too_large: 'is too large',
  not_storable: 'contains characters that cannot be stored',
};
