import { ValidationError, type FormTarget, type Problem } from '@trellis-crm/sdk';
import type { FormContent, FormField } from './form.js';

/** What a form is checked with. */
export interface CheckedForm {
  readonly target: string;
  readonly state: 'draft' | 'live';
  readonly content: FormContent;
}

/** Refuses a form that begins to ask for confirmation where no mail leaves. @throws ValidationError */
export function refuseMissingMail(): never {
  throw refusal([problem('/needsConfirmation', 'mail_server_needed')]);
}

/** Whether visitors are told of a mail. */
export function mailsVisitors({ state, content }: Pick<CheckedForm, 'state' | 'content'>): boolean {
  return state === 'live' && content.needsConfirmation;
}

/** Refuses what fits the schema and cannot work. @param target undefined when no active module has it. @throws ValidationError */
export function checkForm(form: CheckedForm, target: FormTarget | undefined): void {
  if (target === undefined) throw refusal([problem('/target', 'unknown_target')]);
  const { content } = form;
  const errors = [
    ...fieldProblems(content.fields, target),
    ...routingProblems(content),
    ...confirmationProblems(content),
    ...redirectProblems(content),
    ...originProblems(content),
    ...(form.state === 'live' ? missingProblems(content, target) : []),
  ];
  if (errors.length > 0) throw refusal(errors);
}

function fieldProblems(fields: readonly FormField[], { fields: known }: FormTarget): Problem[] {
  const names = new Set(known.map(({ name }) => name));
  return fields.flatMap((field, place) => {
    const at = (name: string): string => `/fields/${place}/${name}`;
    const isTwice = (of: 'key' | 'target'): boolean =>
      field[of] !== null && fields.findIndex((other) => other[of] === field[of]) < place;
    const needsOptions = ['choice', 'choices'].includes(field.kind) && !field.isHidden && field.options.length === 0;
    return [
      ...when(isTwice('key'), at('key'), 'key_taken'),
      ...when(field.target !== null && !names.has(field.target), at('target'), 'unknown_target_field'),
      ...when(isTwice('target'), at('target'), 'target_field_taken'),
      ...when(needsOptions, at('options'), 'options_needed'),
    ];
  });
}

function routingProblems({ routing, fields }: FormContent): Problem[] {
  if (routing.kind !== 'field') return [];
  return when(!fields.some(({ key }) => key === routing.field), '/routing/field', 'unknown_question');
}

function confirmationProblems({ needsConfirmation, fields }: FormContent): Problem[] {
  const asksAddress = fields.some(({ kind, isHidden, isRequired }) => kind === 'email' && !isHidden && isRequired);
  return when(needsConfirmation && !asksAddress, '/needsConfirmation', 'email_question_needed');
}

function redirectProblems({ redirectUrl }: FormContent): Problem[] {
  return when(redirectUrl !== null && !isFineOrigin(URL.parse(redirectUrl)?.origin), '/redirectUrl', 'not_url');
}

function originProblems({ origins }: FormContent): Problem[] {
  return when(!origins.every(isFineOrigin), '/origins', 'not_url');
}

/** It stands in the policy of the form's page, where a `;` would begin something else. */
function isFineOrigin(origin = ''): boolean {
  return /^https?:\/\/[\w.:[\]-]+$/.test(origin);
}

/** A site as browsers name it in `Origin`: small letters, Punycode, no port that goes without saying. */
export function asBrowsersSay(site: string): string {
  return URL.parse(site)?.origin ?? '';
}

/** What the target cannot do without has to be asked for or fixed. */
function missingProblems({ fields }: FormContent, target: FormTarget): Problem[] {
  const given = new Set(
    fields.filter(({ isHidden, isRequired, value }) => (isHidden ? value !== '' : isRequired)).map((one) => one.target),
  );
  const missing = target.fields.filter(({ name, isRequired = false }) => isRequired && !given.has(name));
  return missing.map(({ name }) => ({ ...problem('/fields', 'target_field_needed'), message: `${name} is needed` }));
}

function when(isWrong: boolean, pointer: string, code: string): Problem[] {
  return isWrong ? [problem(pointer, code)] : [];
}

function problem(pointer: string, code: string): Problem {
  return { pointer, code, message: code.replaceAll('_', ' ') };
}

function refusal(errors: readonly Problem[]): ValidationError {
  return new ValidationError('not_valid', {}, { errors });
}
