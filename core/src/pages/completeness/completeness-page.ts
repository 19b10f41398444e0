import { countableFields, type Weights } from '../../completeness/index.js';
import { callApi, readApi } from '../api-client.js';
import { findField } from '../fields/entity-field.js';
import { textOf, type FormData } from '../fields/form-reader.js';
import { formProblems, noProblems, problemsOf, type FormProblems, type ProblemText } from '../form/form-problems.js';
import { formOf } from '../form/plain-form.js';
import { problemText } from '../form/problem-text.js';
import type { EntityCall } from '../page-call.js';
import { goTo, showPage, type PageAnswer } from '../page-endpoint.js';

/** `GET /<path>/completeness`: how much each field counts. */
export async function showCompleteness(call: EntityCall): Promise<PageAnswer> {
  const { weights } = await readApi<{ readonly weights: Weights }>(call, `/${call.entity.path}/completeness`);
  const typed = weighedFields(call).map((path) => [path, String(weights[path] ?? 0)]);
  return showForm(call, Object.fromEntries(typed) as FormData);
}

/** `POST /<path>/completeness`: an emptied number counts nothing. */
export async function takeCompleteness(call: EntityCall): Promise<PageAnswer> {
  const { entity, t } = call;
  const form = formOf(call);
  const weights = Object.fromEntries(weighedFields(call).map((path) => [path, weightIn(textOf(form, path))]));
  try {
    await callApi(call, 'PUT', `/${entity.path}/completeness`, { body: { weights } });
  } catch (error) {
    const problems = problemsOf(error).map((problem) => ({ ...problem, pointer: controlPointer(problem.pointer) }));
    return showForm(call, form, formProblems(problems, new Set(Object.keys(weights)), weightText(call)));
  }
  return goTo(`/${entity.path}`, { text: t('completeness.saved') });
}

/** What is no whole number stays as it was typed: the API says what is wrong with it. */
function weightIn(text: string): number | string {
  return /^-?[0-9]{1,9}$/.test(text) ? Number(text) : text === '' ? 0 : text;
}

/** A weight that the API refuses is none, whatever it is. */
function weightText(call: EntityCall): ProblemText {
  const others = problemText(call);
  return (problem) => (weightCodes.has(problem.code) ? call.t('completeness.notAWeight') : others(problem));
}

const weightCodes: ReadonlySet<string> = new Set(['wrong_type', 'too_small', 'too_large']);

function controlPointer(pointer: string): string {
  return pointer.replace(/^\/weights/, '');
}

function showForm(call: EntityCall, form: FormData, problems: FormProblems = noProblems): PageAnswer {
  const { entity, t, labels } = call;
  const title = t('completeness.title', { entities: labels.manyInText(entity.definition) });
  const controls = weighedFields(call).map((path) => {
    const field = findField(entity, path);
    const error = problems.byControl.get(path);
    return {
      ...{ kind: 'number', isInteger: true, name: path, value: textOf(form, path) },
      label: field === undefined ? path : labels.field(entity, field),
      ...(error !== undefined && { error }),
    };
  });
  const { general } = problems;
  const view = { title, action: `/${entity.path}/completeness`, cancelHref: `/${entity.path}`, controls, general };
  const html = call.render('core:records/completeness', view);
  const breadcrumbs = [{ label: labels.many(entity.definition), href: `/${entity.path}` }, { label: title }];
  const isRefused = problems.byControl.size + general.length > 0;
  return showPage({ title, breadcrumbs, blocks: [{ name: 'completeness', html }] }, isRefused ? 422 : 200);
}

function weighedFields({ entity, request }: EntityCall): readonly string[] {
  const { title } = entity.definition;
  const fields = countableFields({ identity: request.identity, elevatedFor: null }, entity);
  return fields.map(({ path }) => path).filter((path) => path !== title);
}
