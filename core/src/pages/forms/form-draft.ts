import { isTrellisError, ValidationError, type Problem } from '@trellis-crm/sdk';
import type { FormContent, FormField } from '../../forms/form.js';
import { entryPlaces, textOf, type FormData } from '../fields/form-reader.js';

/** A form as the API answers it. */
export type ShownForm = FormContent & {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  readonly slug: string;
  readonly target: string;
  readonly state: 'draft' | 'live';
};

/** A stored form as the controls of the builder hold it. */
export function builderForm(form: ShownForm, emails: ReadonlyMap<string, string>): FormData {
  const { routing } = form;
  return {
    ...{ name: form.name, slug: form.slug, intro: form.intro, submitLabel: form.submitLabel, thanks: form.thanks },
    redirectUrl: form.redirectUrl ?? '',
    origins: form.origins.join('\n'),
    needsConfirmation: String(form.needsConfirmation),
    routing: routing.kind,
    ...(routing.kind === 'user' && { user: routing.user }),
    ...(routing.kind === 'team' && { team: routing.team }),
    ...(routing.kind === 'field' && {
      routingField: routing.field,
      users: Object.entries(routing.users)
        .map(([answer, id]) => `${answer} = ${emails.get(id) ?? id}`)
        .join('\n'),
    }),
    ...Object.fromEntries(form.fields.flatMap((field, place) => Object.entries(questionControls(field, place)))),
  };
}

function questionControls(field: FormField, place: number): FormData {
  const at = `fields.${place}`;
  return {
    [`${at}.key`]: field.key,
    [`${at}.position`]: String(place + 1),
    [`${at}.label`]: field.label,
    [`${at}.kind`]: field.kind,
    [`${at}.target`]: field.target ?? '',
    [`${at}.isRequired`]: String(field.isRequired),
    [`${at}.help`]: field.help,
    [`${at}.options`]: field.options.join('\n'),
    [`${at}.value`]: field.value,
  };
}

/** What the builder says, in the types of the API, which checks it. @param ids of users, by e-mail address */
export function readBuilder(form: FormData, ids: ReadonlyMap<string, string>): Readonly<Record<string, unknown>> {
  const texts = ['name', 'slug', 'intro', 'submitLabel', 'thanks'].map((name) => [name, textOf(form, name)] as const);
  return {
    ...Object.fromEntries(texts),
    redirectUrl: textOf(form, 'redirectUrl') || null,
    origins: linesOf(form, 'origins'),
    needsConfirmation: isOn(form, 'needsConfirmation'),
    fields: readQuestions(form),
    routing: readRouting(form, ids),
  };
}

/** Rows in the order of their positions; those without a question do not count: that is how one is taken out. */
function questionPlaces(form: FormData): readonly number[] {
  const positionOf = (place: number): number => Number(textOf(form, `fields.${place}.position`)) || place + 1;
  return entryPlaces(form, 'fields')
    .filter((place) => textOf(form, `fields.${place}.label`) !== '')
    .toSorted((left, right) => positionOf(left) - positionOf(right));
}

function readQuestions(form: FormData): readonly object[] {
  return questionPlaces(form).map((place, index) => {
    const at = (name: string): string => textOf(form, `fields.${place}.${name}`);
    const value = at('value');
    return {
      key: at('key') || `question_${place}_${index}`,
      label: at('label'),
      kind: at('kind') || 'text',
      target: at('target') || null,
      isRequired: isOn(form, `fields.${place}.isRequired`),
      help: at('help'),
      options: linesOf(form, `fields.${place}.options`),
      isHidden: value !== '',
      value,
    };
  });
}

function readRouting(form: FormData, ids: ReadonlyMap<string, string>): object {
  const kind = textOf(form, 'routing');
  if (kind === 'user') return { kind, user: textOf(form, 'user') };
  if (kind === 'team') return { kind, team: textOf(form, 'team') };
  if (kind !== 'field') return { kind: 'nobody' };
  const users = linesOf(form, 'users').map((line) => {
    const at = line.lastIndexOf('=');
    const id = ids.get(
      line
        .slice(at + 1)
        .trim()
        .toLowerCase(),
    );
    if (at < 1 || id === undefined) throw unknownUser(line);
    return [line.slice(0, at).trim(), id] as const;
  });
  return { kind, field: textOf(form, 'routingField'), users: Object.fromEntries(users) };
}

function unknownUser(line: string): ValidationError {
  const errors: Problem[] = [{ pointer: '/users', code: 'unknown_user_email', message: line }];
  return new ValidationError('not_valid', {}, { errors });
}

/** Refusals speak of places in the list that was sent; those of its rows that were filled. */
export function atControls(error: unknown, form: FormData): unknown {
  if (!isTrellisError(error) || error.kind !== 'validation') return error;
  const filled = questionPlaces(form);
  const errors = error.errors.map((problem) => ({
    ...problem,
    pointer: problem.pointer
      .replace(/^\/fields\/(\d+)/, (_, index: string) => `/fields/${filled[Number(index)] ?? index}`)
      .replace(/^\/routing\/(user|team)$/, '/$1')
      .replace(/^\/routing\/field$/, '/routingField'),
  }));
  return new ValidationError(error.code, error.details, { errors });
}

function linesOf(form: FormData, name: string): readonly string[] {
  const lines = textOf(form, name).split(/\r?\n/);
  return [...new Set(lines.map((line) => line.trim()).filter((line) => line !== ''))];
}

function isOn(form: FormData, name: string): boolean {
  return [form[name] ?? []].flat().includes('true');
}
