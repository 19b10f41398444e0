import { completenessOf, type Weights } from '../../completeness/index.js';
import type { PageBlock } from '../../views/page-model.js';
import { readApi } from '../api-client.js';
import { asText, findField, type RecordValues } from '../fields/entity-field.js';
import type { EntityCall } from '../page-call.js';

/** How complete a record is, with what is missing; nothing for an entity whose declaration says nothing of it, or when all is there. */
export async function completenessBlock(call: EntityCall, record: RecordValues): Promise<readonly PageBlock[]> {
  const { entity, t, labels, request } = call;
  if (entity.definition.completeness === undefined) return [];
  const { weights } = await readApi<{ readonly weights: Weights }>(call, `/${entity.path}/completeness`);
  const { percent, missing } = completenessOf(weights, record);
  if (percent === 100) return [];
  const names = missing.flatMap((path) => findField(entity, path) ?? []).map((field) => labels.field(entity, field));
  const mayEdit = request.identity.reach(`${entity.definition.id}:update`) !== null;
  const view = {
    percent,
    label: t('completeness.label', { percent: request.generation.views.formatters.percent(call.env, percent) }),
    missing: t('completeness.missing', { fields: listOf(call, names) }),
    editHref: mayEdit ? `/${entity.path}/${asText(record['id'])}/edit` : undefined,
    settingsHref:
      request.identity.reach('core.settings:administer') === null ? undefined : `/${entity.path}/completeness`,
  };
  return [{ name: 'completeness', column: 'header', html: call.render('core:records/_completeness', view) }];
}

/** `Website, Phone, Country, Addresses, and 3 more` */
function listOf({ env, t }: EntityCall, names: readonly string[]): string {
  const more = names.length - mostNamed;
  const named = more > 0 ? [...names.slice(0, mostNamed), t('completeness.more', { count: more })] : names;
  return new Intl.ListFormat(env.locale, { type: 'conjunction' }).format(named);
}

const mostNamed = 4;
