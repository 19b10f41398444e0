import { isTrellisError, type Problem } from '@trellis-crm/sdk';
import type { Told } from '../../http/problem-texts.js';

/** What is wrong with a form, by control name, and what belongs to no control. */
export interface FormProblems {
  readonly byControl: ReadonlyMap<string, string>;
  readonly general: readonly string[];
}

/** Nothing wrong (yet). */
export const noProblems: FormProblems = { byControl: new Map(), general: [] };

/** Text for the reader of a problem; null where no catalogue knows its code. */
export type ProblemText = (problem: Told) => string | null;

/** Sorts problems to the controls they are about: pointer `/domains/0/domain` is control `domains.0.domain`. */
export function formProblems(
  problems: readonly Problem[],
  controls: ReadonlySet<string>,
  textOf: ProblemText,
): FormProblems {
  const byControl = new Map<string, string>();
  const general: string[] = [];
  for (const problem of problems) {
    const text = textOf(problem) ?? problem.message;
    const control = controlAt(problem.pointer, controls);
    if (control === null) general.push(text);
    else if (!byControl.has(control)) byControl.set(control, text);
  }
  return { byControl, general };
}

/** Problems that a refused write carries: those of a validation, else the error itself. @throws what is not a refusal */
export function problemsOf(error: unknown): readonly Problem[] {
  if (!isTrellisError(error) || !refusals.has(error.kind)) throw error;
  if (error.errors.length > 0) return error.errors;
  const { code, message, details } = error;
  return [{ pointer: pointers[code] ?? '', code, message, details }];
}

/** What a refusal of the whole record is about, where that is one field. */
const pointers: Readonly<Record<string, string>> = { owner_out_of_reach: '/owner' };

/** Kinds of errors that a person can answer to: the form is shown again, with all that was typed. */
const refusals: ReadonlySet<string> = new Set(['validation', 'conflict', 'forbidden', 'stale']);

/** The control a pointer is about: itself, or the nearest one above it (`/amount/currency` is shown at `amount`). */
function controlAt(pointer: string, controls: ReadonlySet<string>): string | null {
  const parts = pointer
    .replace(/^\//, '')
    .split('/')
    .filter((part) => part !== '' && part !== 'extras');
  for (let length = parts.length; length > 0; length--) {
    const name = parts.slice(0, length).join('.');
    if (controls.has(name)) return name;
  }
  return null;
}
