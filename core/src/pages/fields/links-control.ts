import type { Field } from '@trellis-crm/sdk';
import type { Generation } from '../../kernel/generation.js';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { isWorkedWith } from '../list/list-view.js';
import type { EntityField } from './entity-field.js';
import type { ControlSources } from './control-sources.js';
import { readLinks } from './form-reader.js';

/** Links as ticked names, and a look-up per entity to add one. */
export interface LinksView {
  readonly kind: 'links';
  readonly name: string;
  readonly label: string;
  readonly value: readonly string[];
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly lookups: readonly object[];
  readonly hint?: string;
  readonly error?: string;
}

/** Entities that links of a field may lead to, for a form to offer: those named, or those that people work with. */
export function linkTargets(
  { entities }: Pick<Generation, 'entities'>,
  from: CompiledEntity,
  { to }: Field,
): CompiledEntity[] {
  if (to !== undefined) return to.flatMap((id) => entities.get(id) ?? []);
  return [...entities.values()].filter((entity) => isWorkedWith(entity) && entity.definition.id !== from.definition.id);
}

/** The control of a field of links. A record that the reader may not see stays linked as long as its box is ticked. */
export function linksControl(owner: EntityField, sources: ControlSources): LinksView {
  const { path, field } = owner;
  const { generation, entity, labels, names, choices, form, errors } = sources;
  const options = readLinks(form, path).map((link) => ({
    value: `${link.entity}:${link.id}`,
    label: names.of(link.entity, link.id)?.title ?? sources.hiddenName,
  }));
  const lookups = linkTargets(generation, entity, field)
    .filter(({ definition }) => choices.has(definition.id))
    .map(({ definition, path: target }) => ({
      kind: 'lookup',
      name: `${path}.add.${definition.id}`,
      label: labels.one(definition),
      options: choices.get(definition.id) ?? [],
      searchHref: `/${target}/options`,
    }));
  const hint = labels.hint(entity, owner);
  const error = errors.get(path);
  return {
    kind: 'links',
    name: path,
    label: labels.field(entity, owner),
    value: options.map(({ value }) => value),
    options,
    lookups,
    ...(hint === null ? {} : { hint }),
    ...(error === undefined ? {} : { error }),
  };
}
