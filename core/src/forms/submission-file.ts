import { csvLines } from '../imports/csv/write-csv.js';
import type { Answers, Form, Submission, SubmissionState } from './form.js';
import { utmNames } from './form-intake.js';
import { answerText } from './read-answers.js';
import type { SubmissionSearch } from './submission-store.js';

/** Submissions read at once. */
const pageSize = 500;

/**
 * What was sent to a form as CSV, the newest first: the questions as the form asks them, those it no longer asks under their key, and
 * where it came from. UTF-8, comma, CRLF, formulas made harmless. Between two pages no connection is held.
 */
export async function* submissionFile(
  list: (search: SubmissionSearch) => Promise<readonly Submission[]>,
  { id: formId, content: { fields } }: Pick<Form, 'id' | 'content'>,
  { state, keys }: { readonly state?: SubmissionState; readonly keys: readonly string[] },
): AsyncGenerator<string> {
  const asked = fields.map(({ key }) => key);
  const former = keys.filter((key) => !asked.includes(key));
  const headers = [...fields.map(({ label }) => label), ...former];
  yield csvLines([['submittedAt', 'state', ...headers, ...sourceHeaders, 'record', 'reason']]);
  let after: string | undefined;
  do {
    const search = { formId, limit: pageSize, ...(state && { state }), ...(after !== undefined && { after }) };
    const page = await list(search);
    if (page.length > 0) yield csvLines(page.map((one) => cellsOf(one, [...asked, ...former])));
    after = page.length === pageSize ? page.at(-1)?.number : undefined;
  } while (after !== undefined);
}

const sourceHeaders = ['origin', 'referrer', ...utmNames.map((name) => `utm_${name}`)];

function cellsOf(
  { createdAt, state, answers, source, reason, targetId }: Submission,
  keys: readonly string[],
): string[] {
  const texts = keys.map((key) => textOf(answers[key]));
  const from = [source.origin, source.referrer, ...utmNames.map((name) => source.utm[name] ?? '')];
  return [createdAt.toISOString(), state, ...texts, ...from, targetId ?? '', reason?.message ?? ''];
}

function textOf(answer: Answers[string] | undefined): string {
  return typeof answer === 'boolean' ? String(answer) : answerText(answer);
}
