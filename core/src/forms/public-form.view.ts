import type { Problem } from '@trellis-crm/sdk';
import { SecretBox } from '../secrets/index.js';
import type { ViewEnv } from '../views/view-env.js';
import type { ViewEngine } from '../views/view-engine.js';
import type { Workspace } from '../workspace/workspace.js';
import { shownAt } from './fill-time.js';
import type { Form, FormField } from './form.js';
import { honeypot, shownField, utmNames } from './form-intake.js';
import type { SentForm } from './read-answers.js';

/** What a visitor sees: the form, thanks, or that a mail is on its way. */
export interface PublicState {
  readonly kind: 'form' | 'thanks' | 'confirm';
  /** What was sent, or what the address carries. */
  readonly sent: SentForm;
  readonly referrer: string;
  readonly problems: readonly Problem[];
}

/** What rendering needs. */
export interface PublicViewParts {
  readonly workspace: Workspace;
  readonly views: ViewEngine;
  readonly env: ViewEnv;
}

/** Context of `core:forms/public`. */
export function publicFormView({ workspace, views, env }: PublicViewParts, form: Form, state: PublicState): object {
  const { content, id, name, slug } = form;
  const t = (key: string): string => views.translate(env, 'core', key);
  const errors = new Map(state.problems.map(({ pointer, code }) => [pointer.slice(1), t(`forms.problem.${code}`)]));
  return {
    title: name,
    workspaceName: workspace.info().name,
    kind: state.kind,
    action: `/f/${slug}`,
    intro: content.intro,
    thanks: content.thanks || t('forms.thanks'),
    submitLabel: content.submitLabel || t('forms.submit'),
    hasErrors: errors.size > 0,
    honeypot,
    hidden: [
      { name: shownField, value: shownValue(workspace, id, state.sent) },
      { name: '_referrer', value: first(state.sent['_referrer']) || state.referrer },
      ...utmNames.map((utm) => ({ name: `utm_${utm}`, value: first(state.sent[`utm_${utm}`]) })),
    ].filter(({ value }) => value !== ''),
    fields: content.fields.filter(({ isHidden }) => !isHidden).map((field) => control(field, state.sent, errors)),
  };
}

/** A form that is shown again with its problems keeps the time of its first showing. */
function shownValue({ container, clock }: Workspace, formId: string, sent: SentForm): string {
  return first(sent[shownField]) || shownAt(container.resolve(SecretBox), formId, clock.now());
}

function control(field: FormField, sent: SentForm, errors: ReadonlyMap<string, string>): object {
  const { key, label, kind, isRequired, help, options } = field;
  const given = [sent[key] ?? []].flat();
  const error = errors.get(key);
  return {
    ...{ name: key, label, isRequired, isWide: true },
    ...(help !== '' && { hint: help }),
    ...(error !== undefined && { error }),
    ...controlOf(kind),
    value: kind === 'choices' ? given : (given[0] ?? ''),
    isChecked: given.some((value) => value === 'true' || value === 'on'),
    options: options.map((option) => ({ value: option, label: option })),
    ...(kind === 'choice' && { emptyLabel: '–' }),
  };
}

const controls: Readonly<Partial<Record<FormField['kind'], object>>> = {
  longText: { kind: 'textarea' },
  email: { kind: 'text', type: 'email' },
  phone: { kind: 'text', type: 'tel' },
  url: { kind: 'text', type: 'url' },
  number: { kind: 'number' },
  date: { kind: 'date' },
  choice: { kind: 'select' },
  choices: { kind: 'choice', isMultiple: true, look: 'list' },
  checkbox: { kind: 'checkbox' },
};

function controlOf(kind: FormField['kind']): object {
  return controls[kind] ?? { kind: 'text' };
}

function first(value: string | readonly string[] | undefined): string {
  return [value ?? ''].flat()[0] ?? '';
}
