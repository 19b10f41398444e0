import type { TrellisError } from '@trellis-crm/sdk';
import { textOfError, textOfProblem } from '../../http/problem-texts.js';
import type { PageCall } from '../page-call.js';
import type { ProblemText } from './form-problems.js';

/** The texts of problems by their code, from core's catalogue or that of the module that refuses. */
export function problemText({ request: { generation }, env }: PageCall): ProblemText {
  return (problem) => textOfProblem({ generation, env }, problem);
}

/** What a refusal says in the reader's language. */
export function refusalText({ request: { generation }, env }: PageCall, error: TrellisError): string {
  return textOfError({ generation, env }, error) ?? error.message;
}
