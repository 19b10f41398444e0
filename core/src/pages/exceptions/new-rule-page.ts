import { NotFoundError } from '@trellis-crm/sdk';
import type { Endpoint } from '../../http/endpoint.js';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { callApi, readApi } from '../api-client.js';
import { allFields } from '../fields/entity-field.js';
import { textOf, type FormData } from '../fields/form-reader.js';
import { noProblems, type FormProblems } from '../form/form-problems.js';
import { formOf, problemsIn } from '../form/plain-form.js';
import type { PageCall, PageDeps } from '../page-call.js';
import { goTo, pageEndpoint, showPage, type PageAnswer } from '../page-endpoint.js';
import { audiences } from './rule-card.js';

/** A rule of the workspace's own, made from the filter of a list: `/exceptions/rules/new?entity=core.account&where=…`. */
export function newRulePages(deps: PageDeps): readonly Endpoint[] {
  const access = 'core.exception:administer';
  return [
    pageEndpoint(deps, 'GET /exceptions/rules/new', { access, handle: (call) => showForm(call, givenIn(call)) }),
    pageEndpoint(deps, 'POST /exceptions/rules', { access, handle: addRule }),
  ];
}

function givenIn({ request: { url } }: PageCall): FormData {
  const given = (name: string): string => url.searchParams.get(name) ?? '';
  return { entity: given('entity'), where: given('where'), since: 'updatedAt', tells: ['owner'] };
}

async function showForm(call: PageCall, form: FormData, problems: FormProblems = noProblems): Promise<PageAnswer> {
  const { t, labels, render } = call;
  const entity = entityOf(call, textOf(form, 'entity'));
  const where = textOf(form, 'where');
  const title = t('exceptions.rules.newTitle', { entities: labels.manyInText(entity.definition) });
  const html = render('core:exceptions/new-rule', {
    ...{ title, where, entity: entity.definition.id, name: textOf(form, 'name'), since: textOf(form, 'since') },
    fits: t('exceptions.rules.fits', { count: await countOf(call, entity, where) }),
    recordsHref: `/${entity.path}?${new URLSearchParams({ where }).toString()}`,
    moments: momentsOf(call, entity),
    tells: audiences.map((value) => ({ value, label: t(`exceptions.rules.tells.${value}`) })),
    told: [form['tells'] ?? []].flat(),
    general: problems.general,
    errors: { name: problems.byControl.get('name'), since: problems.byControl.get('since') },
  });
  const breadcrumbs = [
    { label: t('exceptions.title'), href: '/exceptions' },
    { label: t('exceptions.rules.title'), href: '/exceptions/rules' },
    { label: t('exceptions.rules.new') },
  ];
  const isRefused = problems.byControl.size + problems.general.length > 0;
  return showPage({ title, breadcrumbs, blocks: [{ name: 'rule', html }] }, isRefused ? 422 : 200);
}

async function addRule(call: PageCall): Promise<PageAnswer> {
  const form = formOf(call);
  const body = {
    name: textOf(form, 'name'),
    entity: textOf(form, 'entity'),
    filter: parsed(textOf(form, 'where')),
    since: textOf(form, 'since'),
    tells: audiences.filter((audience) => [form['tells'] ?? []].flat().includes(audience)),
  };
  const problems = await problemsIn(call, ['name', 'since'], () => callApi(call, 'POST', '/exception-rules', { body }));
  if (problems !== null) return showForm(call, form, problems);
  await callApi(call, 'POST', '/exceptions/evaluation');
  return goTo('/exceptions/rules', { text: call.t('exceptions.rules.saved', { name: body.name }) });
}

/** What is no filter is left to the API to refuse. */
function parsed(where: string): unknown {
  try {
    return JSON.parse(where || '{"all":[]}');
  } catch {
    return where;
  }
}

/** Records that match now. @throws MalformedError when the filter cannot be understood */
async function countOf(call: PageCall, { path }: CompiledEntity, where: string): Promise<number> {
  const query = { limit: '1', ...(where === '' ? {} : { where }) };
  const { page } = await readApi<{ readonly page: { readonly count: number | null } }>(call, `/${path}`, query);
  return page.count ?? 0;
}

function entityOf({ request: { generation } }: PageCall, id: string): CompiledEntity {
  const entity = generation.entities.get(id);
  if (entity === undefined) throw new NotFoundError('not_found');
  return entity;
}

function momentsOf({ labels }: PageCall, entity: CompiledEntity): readonly object[] {
  const moments = allFields(entity).filter(({ field }) => field.kind === 'date' || field.kind === 'dateTime');
  return moments.map((field) => ({ value: field.path, label: labels.field(entity, field) }));
}
