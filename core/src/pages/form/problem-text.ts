import type { PageCall } from '../page-call.js';
import type { ProblemText } from './form-problems.js';

/** The texts of problems by their code, from core's catalogue. */
export function problemText({ request, env, t }: PageCall): ProblemText {
  return (code) => (request.generation.views.hasText(env, 'core', `problem.${code}`) ? t(`problem.${code}`) : null);
}
