import { isTrellisError } from '@trellis-crm/sdk';
import type { ImportProblem } from '../import-problem.js';
import type { CompiledMapping } from '../mapping/compiled-mapping.js';

/** What an error of the record layer says about the only row of a set. */
export function errorProblems(error: unknown, line: number, mapping: CompiledMapping): readonly ImportProblem[] {
  if (!isTrellisError(error)) throw error;
  if (error.errors.length === 0)
    return [{ line, column: null, code: error.code, message: error.message, kind: 'error' }];
  return error.errors.map(({ pointer, code, message }) => {
    const field = fieldOf(pointer);
    const column = mapping.records.flatMap(({ fields }) => fields).find(({ name }) => name === field)?.column ?? null;
    return { line, column, code, message: `${field} ${message}`, kind: 'error' };
  });
}

/** Field of `/name`, `/0/name` and `/emails/0/email`. */
function fieldOf(pointer: string): string {
  const parts = pointer.split('/').filter((part) => part !== '');
  return parts.find((part) => !/^\d+$/.test(part)) ?? '';
}
