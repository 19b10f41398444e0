import type { EndpointRequest } from '../../http/endpoint.js';
import type { Told } from '../../http/problem-texts.js';
import type { ReasonTexts } from '../../http/reason-texts.js';
import { findField } from '../fields/entity-field.js';
import { problemText } from '../form/problem-text.js';
import { textOr } from '../imports/import-texts.js';
import { createPageCall, type PageCall, type PageDeps } from '../page-call.js';

/** Reasons as pages tell them, for files in the language of whoever asks. */
export function reasonTexts(deps: PageDeps, request: EndpointRequest): ReasonTexts {
  const call = createPageCall(deps, request);
  const { t, labels } = call;
  const entityOf = (id: string) => request.generation.entities.get(id);
  return {
    column: (name) => t(`exports.columns.${name}`),
    entity(id) {
      const known = entityOf(id);
      return known === undefined ? id : labels.one(known.definition);
    },
    field: (entity, path) => fieldName(call, entity, path),
    reason: (problem) => textOr(call, `imports.problem.${problem.code}`, {}, leftOutText(call, problem)),
  };
}

/** Why a record, or a field of it, stays as it is. */
export function leftOutText(call: PageCall, problem: Told & { readonly message: string }): string {
  return textOr(call, `changes.problem.${problem.code}`, {}, problemText(call)(problem) ?? problem.message);
}

/** Name of a field as pages have it; its path when there is no such field any more. */
export function fieldName({ request, labels }: PageCall, entity: string, path: string): string {
  const known = request.generation.entities.get(entity);
  const field = known === undefined ? undefined : findField(known, path);
  return known === undefined || field === undefined ? path : labels.field(known, field);
}
