import { fieldKinds } from '../../forms/form.js';
import { entryPlaces, textOf, type FormData } from '../fields/form-reader.js';
import type { FormProblems } from '../form/form-problems.js';
import type { PageCall } from '../page-call.js';

/** Something to choose. */
export interface Option {
  readonly value: string;
  readonly label: string;
}

/** What the builder offers. */
export interface BuilderChoices {
  readonly targetFields: readonly Option[];
  readonly users: readonly Option[];
  readonly teams: readonly Option[];
}

/** Controls of the builder in their groups, filled from what was stored or typed. */
export function builderView(
  call: PageCall,
  form: FormData,
  state: { problems: FormProblems; choices: BuilderChoices },
): object {
  const { problems, choices } = state;
  const draft: Draft = { call, form, problems };
  return {
    general: problems.general,
    look: [
      control(draft, 'name', { kind: 'text', isRequired: true }),
      control(draft, 'slug', { kind: 'text', isRequired: true }),
      control(draft, 'intro', { kind: 'textarea', isWide: true }),
      control(draft, 'submitLabel', { kind: 'text' }),
    ],
    questions: questionRows(draft, choices),
    after: [
      control(draft, 'thanks', { kind: 'textarea', isWide: true }),
      control(draft, 'redirectUrl', { kind: 'text', type: 'url' }),
      control(draft, 'origins', { kind: 'textarea' }),
      control(draft, 'needsConfirmation', { kind: 'checkbox', isWide: true }),
    ],
    routing: routingControls(draft, choices),
  };
}

function routingControls(draft: Draft, choices: BuilderChoices): readonly object[] {
  const { form } = draft;
  const { t } = draft.call;
  const routings = ['nobody', 'user', 'team', 'field'].map((kind) => ({
    value: kind,
    label: t(`forms.routing.${kind}`),
  }));
  const questions = entryPlaces(form, 'fields').map((place) => ({
    value: textOf(form, `fields.${place}.key`),
    label: textOf(form, `fields.${place}.label`),
  }));
  return [
    control(draft, 'routing', { kind: 'select', options: routings }),
    control(draft, 'user', { kind: 'select', options: choices.users, emptyLabel: '–' }),
    control(draft, 'team', { kind: 'select', options: choices.teams, emptyLabel: '–' }),
    control(draft, 'routingField', {
      kind: 'select',
      options: questions.filter(({ value }) => value !== ''),
      emptyLabel: '–',
    }),
    control(draft, 'users', { kind: 'textarea', isWide: true }),
  ];
}

interface Draft {
  readonly call: PageCall;
  readonly form: FormData;
  readonly problems: FormProblems;
}

function control({ call, form, problems }: Draft, name: string, options: object): object {
  const { t, env, request } = call;
  const key = `forms.hints.${name}`;
  const hint = request.generation.views.hasText(env, 'core', key) ? t(key) : undefined;
  const label = t(`forms.fields.${name === 'routing' ? 'routing' : name}`);
  return { ...options, name, label, hint, ...filled({ form, problems }, name) };
}

function filled({ form, problems }: Pick<Draft, 'form' | 'problems'>, name: string): object {
  const error = problems.byControl.get(name);
  const isChecked = [form[name] ?? []].flat().includes('true');
  return { value: textOf(form, name), isChecked, ...(error === undefined ? {} : { error }) };
}

function questionRows({ call: { t }, form, problems }: Draft, choices: BuilderChoices): object {
  const kinds = fieldKinds.map((kind) => ({ value: kind, label: t(`forms.kind.${kind}`) }));
  const rows = entryPlaces(form, 'fields').map((place, index) => {
    const question = (name: string, options: object): object => {
      const at = `fields.${place}.${name}`;
      return { ...options, name: at, label: t(`forms.question.${name}`), ...filled({ form, problems }, at) };
    };
    return {
      place,
      number: index + 1,
      key: textOf(form, `fields.${place}.key`),
      controls: [
        question('label', { kind: 'text', isRequired: true }),
        question('kind', { kind: 'select', options: kinds }),
        question('target', { kind: 'select', options: choices.targetFields, emptyLabel: t('forms.question.own') }),
        question('help', { kind: 'text' }),
        question('options', { kind: 'textarea', hint: t('forms.question.optionsHint') }),
        question('value', { kind: 'text', hint: t('forms.question.valueHint') }),
        question('position', { kind: 'number' }),
        question('isRequired', { kind: 'checkbox' }),
      ],
    };
  });
  const error = problems.byControl.get('fields');
  return {
    name: 'fields',
    label: t('forms.fields.fields'),
    rows,
    isFull: rows.length >= 50,
    ...(error !== undefined && { error }),
  };
}
