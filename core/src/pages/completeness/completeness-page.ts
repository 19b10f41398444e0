import { countableFields, type Weights } from '../../completeness/index.js';
import { callApi, readApi } from '../api-client.js';
import { findField } from '../fields/entity-field.js';
import { textOf } from '../fields/form-reader.js';
import { formOf } from '../form/plain-form.js';
import type { EntityCall } from '../page-call.js';
import { goTo, showPage, type PageAnswer } from '../page-endpoint.js';

/** `GET /<path>/completeness`: how much each field counts. */
export async function showCompleteness(call: EntityCall): Promise<PageAnswer> {
  const { entity, t, labels } = call;
  const { weights } = await readApi<{ readonly weights: Weights }>(call, `/${entity.path}/completeness`);
  const title = t('completeness.title', { entities: labels.manyInText(entity.definition) });
  const controls = weighedFields(call).map((path) => {
    const field = findField(entity, path);
    return {
      ...{ kind: 'number', name: path, value: String(weights[path] ?? 0) },
      label: field === undefined ? path : labels.field(entity, field),
    };
  });
  const view = { title, action: `/${entity.path}/completeness`, cancelHref: `/${entity.path}`, controls };
  const html = call.render('core:records/completeness', view);
  const breadcrumbs = [{ label: labels.many(entity.definition), href: `/${entity.path}` }, { label: title }];
  return showPage({ title, breadcrumbs, blocks: [{ name: 'completeness', html }] });
}

/** `POST /<path>/completeness`: an empty or odd number counts nothing. */
export async function takeCompleteness(call: EntityCall): Promise<PageAnswer> {
  const form = formOf(call);
  const weights = weighedFields(call).map((path) => {
    const text = textOf(form, path);
    return [path, /^\d{1,3}$/.test(text) ? Math.min(100, Number(text)) : 0] as const;
  });
  await callApi(call, 'PUT', `/${call.entity.path}/completeness`, { body: { weights: Object.fromEntries(weights) } });
  return goTo(`/${call.entity.path}`, { text: call.t('completeness.saved') });
}

function weighedFields({ entity, request }: EntityCall): readonly string[] {
  const { title } = entity.definition;
  const fields = countableFields({ identity: request.identity, elevatedFor: null }, entity);
  return fields.map(({ path }) => path).filter((path) => path !== title);
}
