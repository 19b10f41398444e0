import type { Field } from '@trellis-crm/sdk';
import type { SafeHtml } from '../../views/safe-html.js';
import { displayField, type DisplaySources } from '../fields/field-display.js';
import type { RecordValues } from '../fields/entity-field.js';
import { listFields } from '../list/list-view.js';
import type { EntityCall } from '../page-call.js';
import type { RelatedList } from './related-lists.js';

const figureKinds: ReadonlySet<Field['kind']> = new Set(['money', 'integer', 'decimal', 'percent', 'duration', 'date']);
const mostFigures = 5;

/** Figures of the list's columns and the sizes of the related lists, each leading to its records; null when they are too few for a row. */
export function renderFigures(
  call: EntityCall,
  record: RecordValues,
  sources: DisplaySources,
  related: readonly RelatedList[],
): SafeHtml | null {
  const { entity } = call;
  const fields = listFields(entity).filter(({ field }) => figureKinds.has(field.kind));
  const own = fields.flatMap((field) => {
    const { text } = displayField(entity, field, record, sources);
    return text === '' ? [] : { label: call.labels.field(entity, field), value: text };
  });
  const counts = related.flatMap(({ title, count, href }) =>
    count === null ? [] : { label: title, value: count, href },
  );
  const items = [...own, ...counts].slice(0, mostFigures);
  return items.length < 2 ? null : call.render('ui-stats', { items });
}
