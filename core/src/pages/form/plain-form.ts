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
    return formProblems(problemsOf(error), new Set(controls), problemText(call));
  }
}
