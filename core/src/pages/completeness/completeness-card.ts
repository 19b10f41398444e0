import { hasCompleteness } from '../../completeness/index.js';
import type { PageBlock } from '../../views/page-model.js';
import { isWithout } from '../list/list-view.js';
import type { PageCall } from '../page-call.js';

/** Leads from the settings to what makes the records of each entity complete. */
export function completenessCard({ request, labels, render }: PageCall): PageBlock {
  const entities = [...request.generation.entities.values()].filter(
    (entity) => hasCompleteness(entity) && !isWithout(entity, 'pages'),
  );
  const items = entities.map(({ definition, path }) => ({
    ...{ title: labels.many(definition), href: `/${path}/completeness` },
    ...(definition.icon !== undefined && { icon: definition.icon }),
  }));
  return { name: 'completeness', column: 'side', html: render('core:settings/completeness', { items }) };
}
