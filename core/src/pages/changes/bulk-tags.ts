import { allTags } from '../../records/tags/tag-store.js';
import { textOf, type FormData } from '../fields/form-reader.js';
import type { EntityCall } from '../page-call.js';
import { showPage, showPart, type PageAnswer } from '../page-endpoint.js';
import { listHref } from './bulk-form.js';
import { hiddenControls, type Selection } from './selection.js';

/** What a form says about the tags of chosen records, as a bulk change takes it. */
export function tagChangeIn(form: FormData): { readonly action: 'tag' | 'untag'; readonly tags: readonly string[] } {
  const names = textOf(form, 'tags').split(',');
  return {
    action: textOf(form, 'mode') === 'untag' ? 'untag' : 'tag',
    tags: names.map((name) => name.trim()).filter((name) => name !== ''),
  };
}

/** Asks which tags chosen records get or lose; anew when something is wrong. */
export async function bulkTagForm(
  call: EntityCall,
  selection: Selection,
  { form = {}, problem }: { readonly form?: FormData; readonly problem?: string } = {},
): Promise<PageAnswer> {
  const { t, labels, entity, request, render, workspace } = call;
  const title = t('tags.bulkTitle', { entities: labels.manyInText(entity.definition) });
  const options = await allTags(workspace.database.knex);
  const html = render('core:tags/bulk', {
    title,
    isMain: !request.isPartial,
    action: `/${entity.path}/bulk`,
    chosen: selection.matching === null ? t('changes.chosen', { count: selection.ids.length }) : t('changes.chosenAll'),
    hidden: hiddenControls(selection),
    cancelHref: listHref(call, selection),
    mode: {
      ...{ name: 'mode', id: 'bulk-tag-mode', label: t('tags.mode'), value: textOf(form, 'mode') || 'tag' },
      options: ['tag', 'untag'].map((value) => ({ value, label: t(`tags.mode.${value}`) })),
    },
    names: {
      ...{ name: 'tags', id: 'bulk-tags', label: t('tags.names'), hint: t('tags.namesHint'), isRequired: true },
      ...{ value: textOf(form, 'tags'), autocomplete: 'off', attrs: { list: 'bulk-tag-options' } },
      ...(problem === undefined ? {} : { error: problem }),
    },
    options: options.map(({ name }) => ({ name })),
  });
  const status = problem === undefined ? 200 : 422;
  if (request.isPartial) return showPart(html, status);
  const list = { label: labels.many(entity.definition), href: listHref(call, selection) };
  return showPage({ title, breadcrumbs: [list, { label: title }], blocks: [{ name: 'bulk', html }] }, status);
}
