import type { Problem } from '@trellis-crm/sdk';
import type { Answers, FormField } from './form.js';

/** What was sent, as the pipeline read it. */
export type SentForm = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What the questions got for answers, and what is wrong with them. Only what the form asks for is looked at. */
export function readAnswers(
  fields: readonly FormField[],
  sent: SentForm,
): { readonly answers: Answers; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const answers = fields.map((field): [string, Answers[string]] => {
    if (field.isHidden) return [field.key, field.value];
    const answer = answerTo(field, sent);
    const code = problemWith(field, answer);
    if (code !== null) problems.push({ pointer: `/${field.key}`, code, message: code.replaceAll('_', ' ') });
    return [field.key, answer];
  });
  return { answers: Object.fromEntries(answers), problems };
}

/** What is said of a box that is ticked, and of one that is not. */
export interface BoxWords {
  readonly yes: string;
  readonly no: string;
}

/** Those of no language: rules of routing may name them wherever the workspace is. */
export const plainBoxWords: BoxWords = { yes: 'yes', no: 'no' };

/** An answer as a text of one line. */
export function answerText(answer: Answers[string] | undefined, words: BoxWords = plainBoxWords): string {
  if (answer === undefined) return '';
  if (typeof answer === 'boolean') return answer ? words.yes : words.no;
  return typeof answer === 'string' ? answer : answer.join(', ');
}

const longestLongText = 5000;
const longestText = 500;

function answerTo({ key, kind }: FormField, sent: SentForm): Answers[string] {
  const values = [sent[key] ?? []].flat().map((value) => value.replaceAll('\0', '').trim());
  if (kind === 'checkbox') return values.some((value) => value === 'true' || value === 'on');
  if (kind === 'choices') return [...new Set(values.filter((value) => value !== ''))];
  return values[0] ?? '';
}

function problemWith(field: FormField, answer: Answers[string]): string | null {
  if (isEmpty(answer)) return field.isRequired ? 'required' : null;
  if (typeof answer === 'boolean') return null;
  if (field.kind === 'choice' || field.kind === 'choices')
    return [answer].flat().every((one) => field.options.includes(one)) ? null : 'not_an_option';
  return problemWithText(field.kind, String(answer));
}

function isEmpty(answer: Answers[string]): boolean {
  return answer === '' || answer === false || (typeof answer === 'object' && answer.length === 0);
}

function problemWithText(kind: FormField['kind'], answer: string): string | null {
  if (answer.length > (kind === 'longText' ? longestLongText : longestText)) return 'too_long';
  return patterns[kind]?.test(answer) === false ? `not_${kind}` : null;
}

const patterns: Readonly<Partial<Record<FormField['kind'], RegExp>>> = {
  email: /^[^\s@<>"',;]{1,64}@[^\s@<>"',;]{1,190}\.[^\s@<>"',;.]{2,63}$/,
  phone: /^\+?[\d\s().\/-]{5,30}$/,
  url: /^https?:\/\/[^\s/]+\.[^\s]+$/,
  number: /^-?\d{1,15}([.,]\d{1,6})?$/,
  date: /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/,
};
