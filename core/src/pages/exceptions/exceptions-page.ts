import type { Endpoint } from '../../http/endpoint.js';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { callApi, readApi } from '../api-client.js';
import type { PageCall, PageDeps } from '../page-call.js';
import { goTo, pageEndpoint, showPage, type PageAnswer } from '../page-endpoint.js';
import { namesOfRules } from './rule-names.js';

/** The inbox of exceptions: what breaks a rule now, by whose records they are. */
export function exceptionPages(deps: PageDeps): readonly Endpoint[] {
  return [
    pageEndpoint(deps, 'GET /exceptions', { access: 'signed-in', handle: showExceptions }),
    pageEndpoint(deps, 'POST /exceptions/evaluation', { access: 'core.exception:administer', handle: evaluate }),
  ];
}

interface OpenException {
  readonly id: string;
  readonly rule: string;
  readonly entity: string;
  readonly record: string;
  readonly title: string | null;
  readonly since: string | null;
  readonly raisedAt: string;
  readonly ownerName: string | null;
}

interface ExceptionList {
  readonly data: readonly OpenException[];
  readonly page: { readonly next: string | null; readonly count: number | null };
}

const scopes = ['mine', 'team', 'all'] as const;
type Scope = (typeof scopes)[number];

async function showExceptions(call: PageCall): Promise<PageAnswer> {
  const { t, render, request } = call;
  const [{ scope, list }, names] = await Promise.all([readList(call), namesOfRules(call)]);
  const title = t('exceptions.title');
  const mayAdminister = request.identity.reach('core.exception:administer') !== null;
  const html = render('core:exceptions/inbox', {
    title,
    scopes: scopes.map((one) => scopeTab(call, one, scope, list)),
    items: list.data.map((exception) => itemView(call, names, exception)),
    nextHref: list.page.next === null ? undefined : `/exceptions?scope=${scope}&after=${list.page.next}`,
    rulesHref: mayAdminister ? '/exceptions/rules' : undefined,
    evaluateAction: mayAdminister ? '/exceptions/evaluation' : undefined,
  });
  return showPage({ title, breadcrumbs: [{ label: title }], blocks: [{ name: 'exceptions', html }] });
}

/** Opens on one's teams and, when all is well there, on what is nobody's. */
async function readList(call: PageCall): Promise<{ readonly scope: Scope; readonly list: ExceptionList }> {
  const { searchParams } = call.request.url;
  const read = async (scope: Scope) => {
    const after = searchParams.get('after');
    const query = { scope, ...(after === null ? {} : { after }) };
    return { scope, list: await readApi<ExceptionList>(call, '/exceptions', query) };
  };
  const asked = scopes.find((known) => known === searchParams.get('scope'));
  const first = await read(asked ?? 'team');
  if (asked !== undefined || first.list.data.length > 0) return first;
  const all = await read('all');
  return all.list.data.length > 0 ? all : first;
}

function scopeTab({ t }: PageCall, scope: Scope, current: Scope, { page }: ExceptionList): object {
  const isCurrent = scope === current;
  const count = isCurrent && page.count !== null ? { count: page.count } : {};
  return { label: t(`exceptions.${scope}`), href: `/exceptions?scope=${scope}`, isCurrent, ...count };
}

function itemView(call: PageCall, names: ReadonlyMap<string, string>, exception: OpenException): object {
  const { t, env, request } = call;
  const { rule, entity, record, title, since, raisedAt, ownerName } = exception;
  const { entities, views } = request.generation;
  const when = t('exceptions.since', { when: views.formatters.timeAgo(env, since ?? raisedAt) });
  return {
    title: title ?? t('value.hidden'),
    ...placeOf(entities.get(entity), record),
    rule: names.get(rule) ?? rule,
    note: ownerName === null ? when : `${when} · ${ownerName}`,
  };
}

function placeOf(entity: CompiledEntity | undefined, record: string): object {
  return { href: `/${entity?.path ?? ''}/${record}`, icon: entity?.definition.icon ?? 'box' };
}

async function evaluate(call: PageCall): Promise<PageAnswer> {
  await callApi(call, 'POST', '/exceptions/evaluation');
  return goTo('/exceptions', { text: call.t('exceptions.evaluating') });
}
