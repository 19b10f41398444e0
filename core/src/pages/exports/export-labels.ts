import type { ExportLabels } from '../../exports/index.js';
import type { EndpointRequest } from '../../http/endpoint.js';
import type { CompiledEntity, CompiledField } from '../../records/compiled-entity.js';
import { findField } from '../fields/entity-field.js';
import { tagsFieldOf } from '../fields/tags-field.js';
import { createPageCall, type PageDeps } from '../page-call.js';

/** Names of an entity's fields and options as its pages have them, in the language of whoever exports. */
export function exportLabels(deps: PageDeps, request: EndpointRequest, entity: CompiledEntity): ExportLabels {
  const { labels, t } = createPageCall(deps, request);
  const nameOf = ({ path }: CompiledField): string => {
    const field = findField(entity, path) ?? tagsFieldOf(entity).find((tags) => tags.path === path);
    return field === undefined ? path : labels.field(entity, field);
  };
  return {
    header: (field, part) => (part === 'currency' ? t('exports.currency', { field: nameOf(field) }) : nameOf(field)),
    option({ path }, value, item) {
      const field = findField(entity, path);
      return field === undefined ? value : labels.option(entity, field, value, item?.name);
    },
    flag: (isSet) => t(isSet ? 'ui.yes' : 'ui.no'),
  };
}
