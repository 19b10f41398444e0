import { isTrellisError, type Problem } from '@trellis-crm/sdk';
import type { FormData } from '../fields/form-reader.js';
import type { PageCall } from '../page-call.js';
import { formProblems, problemsOf, type FormProblems } from './form-problems.js';
import { problemText } from './problem-text.js';

/** The form that was posted. */
export function formOf({ request }: PageCall): FormData {
  return (request.body ?? {}) as FormData;
}

/** Does what a form asks for. @returns null when it was done, else what is wrong, sorted to the controls named */
export async function problemsIn(
  call: PageCall,
  controls: readonly string[],
  act: () => Promise<unknown>,
): Promise<FormProblems | null> {
  try {
    await act();
    return null;
  } catch (error) {
    return formProblems(settingsProblemsOf(error), new Set(controls), problemText(call));
  }
}

/** The same for settings: the form comes back with the stored version, so that saving again replaces what somebody else saved. */
export function settingsProblemsOf(error: unknown): readonly Problem[] {
  const isStale = isTrellisError(error) && error.kind === 'stale';
  return problemsOf(error).map((problem) => (isStale ? { ...problem, code: 'stale_settings' } : problem));
}
