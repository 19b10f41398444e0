import { ForbiddenError, NotFoundError, Uuid, type Problem } from '@trellis-crm/sdk';
import { Roles } from '../../auth/index.js';
import type { Endpoint } from '../../http/endpoint.js';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { administerViews, SavedViews, type ToldView, type Visibility } from '../../saved-views/index.js';
import { textOf, type FormData } from '../fields/form-reader.js';
import { problemsOf } from '../form/form-problems.js';
import { filterOf } from '../list/filter-nodes.js';
import { baseOf, plainBase, readListState, type ListState } from '../list/list-state.js';
import { noView } from '../list/view-choice.js';
import { callApi } from '../api-client.js';
import { roleLabel } from '../me/me-view.js';
import { formProblems } from '../form/form-problems.js';
import { problemText } from '../form/problem-text.js';
import type { PageCall, PageDeps } from '../page-call.js';
import { goTo, pageEndpoint, showPage, showPart, type PageAnswer } from '../page-endpoint.js';

/** Saving what a list shows, and changing what is saved: forms that open in a dialog. */
export function viewPages(deps: PageDeps): readonly Endpoint[] {
  const one = { access: 'signed-in', params: { id: Uuid } } as const;
  return [
    pageEndpoint(deps, 'GET /views/new', { access: 'signed-in', handle: (call) => showNew(call, {}) }),
    pageEndpoint(deps, 'POST /views/new', { access: 'signed-in', handle: takeNew }),
    pageEndpoint(deps, 'GET /views/:id', { ...one, handle: async (call) => showOne(call, await viewOf(call), {}) }),
    pageEndpoint(deps, 'POST /views/:id', { ...one, handle: takeOne }),
    pageEndpoint(deps, 'POST /views/:id/state', { ...one, handle: takeState }),
    pageEndpoint(deps, 'POST /views/:id/removal', { ...one, handle: removeOne }),
    pageEndpoint(deps, 'POST /views/:id/restoration', { ...one, handle: restoreOne }),
  ];
}

interface Refused {
  readonly form?: FormData;
  readonly problems?: readonly Problem[];
}

const viewsOf = (call: PageCall): SavedViews => call.workspace.container.resolve(SavedViews);
const idOf = (call: PageCall): string => call.request.params['id'] ?? '';
const formOf = (call: PageCall): FormData => (call.request.body ?? {}) as FormData;
const viewOf = (call: PageCall): Promise<ToldView> => viewsOf(call).get(call.request, idOf(call));

/** `GET /views/new?entity=…`: a name and who sees it, for the list as the rest of the address says. */
async function showNew(call: PageCall, refused: Refused): Promise<PageAnswer> {
  const entity = entityNamed(call, call.request.url.searchParams.get('entity') ?? '');
  const { search } = call.request.url;
  const state = await listStateOf(call, entity);
  const back = `/${entity.path}?${new URLSearchParams(withoutEntity(call)).toString()}`;
  const form = refused.form ?? { visibility: 'private', name: '' };
  const isPinned = isOn(form, 'pin');
  const view = { action: `/views/new${search}`, cancelHref: back, submitLabel: call.t('view.save'), isPinned };
  return showForm(call, {
    ...{ title: call.t('view.newTitle'), entity, form, problems: refused.problems ?? [] },
    view: { ...view, note: call.t('view.keeps', { count: state.nodes.length }) },
  });
}

async function takeNew(call: PageCall): Promise<PageAnswer> {
  const entity = entityNamed(call, call.request.url.searchParams.get('entity') ?? '');
  const form = formOf(call);
  const state = await listStateOf(call, entity);
  const layout = call.request.url.searchParams.get('layout') === 'board' ? 'board' : 'list';
  try {
    const body = { ...sharing(form), entity: entity.definition.id, ...savedState(state, layout) };
    const view = (await callApi(call, 'POST', '/views', { body })).body as ToldView;
    if (isOn(form, 'pin')) await viewsOf(call).pin(call.request, view.id, { role: null, isOn: true });
    return goTo(`/${entity.path}${layout === 'board' ? '/board' : ''}?view=${view.id}`, {
      text: call.t('view.saved', { name: view.name }),
    });
  } catch (error) {
    return showNew(call, { form, problems: problemsOf(error) });
  }
}

/** `GET /views/:id`: its name, who sees it and who begins with it. */
async function showOne(call: PageCall, view: ToldView, refused: Refused): Promise<PageAnswer> {
  const entity = entityNamed(call, view.entity);
  const form = refused.form ?? { name: view.name, visibility: view.visibility };
  return showForm(call, {
    ...{ title: call.t('view.manage', { name: view.name }), entity, form, problems: refused.problems ?? [] },
    view: {
      action: `/views/${view.id}`,
      cancelHref: addressOfView(entity, view),
      submitLabel: call.t('form.save'),
      version: view.version,
      isFixed: !view.canChange,
      isPinned: refused.form === undefined ? view.isOwnDefault : isOn(refused.form, 'pin'),
      roles: await rolesFor(call, view),
      ...(view.canChange && { removeAction: `/views/${view.id}/removal`, removeLabel: call.t('view.remove') }),
    },
  });
}

async function takeOne(call: PageCall): Promise<PageAnswer> {
  const view = await viewOf(call);
  const form = formOf(call);
  const service = viewsOf(call);
  try {
    if (view.canChange)
      await callApi(call, 'PATCH', `/views/${view.id}`, {
        body: sharing(form),
        ifVersion: call.request.ifVersion ?? '*',
      });
    if (isOn(form, 'pin') !== view.isOwnDefault)
      await service.pin(call.request, view.id, { role: null, isOn: isOn(form, 'pin') });
    const role = textOf(form, 'role');
    if (role !== '') await service.pin(call.request, view.id, { role, isOn: true });
    const saved = await viewOf(call);
    return goTo(addressOfView(entityNamed(call, view.entity), saved), {
      text: call.t('view.saved', { name: saved.name }),
    });
  } catch (error) {
    return showOne(call, view, { form, problems: problemsOf(error) });
  }
}

/** `POST /views/:id/state?…`: the view shows from now on what the address says. */
async function takeState(call: PageCall): Promise<PageAnswer> {
  const view = await viewOf(call);
  if (!view.canChange) throw new ForbiddenError('forbidden', { permission: administerViews });
  const entity = entityNamed(call, view.entity);
  const state = readListState(call.request.url, baseOf(view.state));
  const version = call.request.ifVersion ?? '*';
  await viewsOf(call).update(call.request, view.id, { state: savedState(state, view.state.layout), version });
  return goTo(addressOfView(entity, view), { text: call.t('view.saved', { name: view.name }) });
}

async function removeOne(call: PageCall): Promise<PageAnswer> {
  const view = await viewOf(call);
  await viewsOf(call).remove(call.request, view.id, '*');
  const undoAction = `/views/${view.id}/restoration`;
  const text = call.t('view.removed', { name: view.name });
  return goTo(`/${entityNamed(call, view.entity).path}?view=${noView}`, { text, undoAction });
}

async function restoreOne(call: PageCall): Promise<PageAnswer> {
  const view = await viewsOf(call).restore(call.request, idOf(call));
  return goTo(addressOfView(entityNamed(call, view.entity), view), {
    text: call.t('view.restored', { name: view.name }),
  });
}

interface ShownForm {
  readonly title: string;
  readonly entity: CompiledEntity;
  readonly form: FormData;
  readonly problems: readonly Problem[];
  readonly view: object;
}

function showForm(call: PageCall, { title, entity, form, problems, view }: ShownForm): PageAnswer {
  const { t, labels, request, render } = call;
  const hasTeam = request.identity.teamId !== null;
  const visibilities: readonly Visibility[] = hasTeam ? ['private', 'team', 'everyone'] : ['private', 'everyone'];
  const html = render('core:views/form', {
    ...view,
    ...{ title, isMain: !request.isPartial, name: textOf(form, 'name') },
    visibility: textOf(form, 'visibility'),
    visibilities: visibilities.map((value) => ({
      value,
      label: t(`view.visibility.${value}`),
      hint: t(`view.visibility.${value}.hint`),
    })),
    errors: formProblems(problems, new Set(), problemText(call)).general.map((message) => ({ message })),
  });
  const status = problems.length > 0 ? 422 : 200;
  if (request.isPartial) return showPart(html, status);
  const breadcrumbs = [{ label: labels.many(entity.definition), href: `/${entity.path}` }, { label: title }];
  return showPage({ title, breadcrumbs, blocks: [{ name: 'view', html }] }, status);
}

/** Roles whose lists may begin with the view, for those who decide on that. */
async function rolesFor({ request, workspace, t }: PageCall, view: ToldView): Promise<object[] | undefined> {
  if (request.identity.reach(administerViews) === null || view.visibility !== 'everyone') return undefined;
  const roles = await workspace.container.resolve(Roles).all();
  return roles.map(({ key, name }) => ({ value: key, label: name ?? roleLabel(t, key) }));
}

/** The list that the rest of the address describes. */
async function listStateOf(call: PageCall, entity: CompiledEntity): Promise<ListState> {
  const { url } = call.request;
  const id = url.searchParams.get('view') ?? '';
  const base = id === '' || id === noView ? plainBase : baseOf((await viewsOf(call).get(call.request, id)).state);
  return { ...readListState(url, base), path: `/${entity.path}` };
}

function savedState({ nodes, sort, columns }: ListState, layout: ToldView['state']['layout']): ToldView['state'] {
  return { layout, where: filterOf(nodes), sort, columns };
}

function withoutEntity({ request }: PageCall): [string, string][] {
  return [...request.url.searchParams].filter(([name]) => name !== 'entity');
}

/** @throws NotFoundError `page_not_found` for one that has no list for this person */
function entityNamed({ request: { generation, identity } }: PageCall, id: string): CompiledEntity {
  const entity = generation.entities.get(id);
  if (entity === undefined || identity.reach(`${entity.definition.id}:read`) === null)
    throw new NotFoundError('page_not_found');
  return entity;
}

function addressOfView(entity: CompiledEntity, { id, state }: ToldView): string {
  return `/${entity.path}${state.layout === 'board' ? '/board' : ''}?view=${id}`;
}

/** What the form says about the view itself. */
function sharing(form: FormData): object {
  return { name: textOf(form, 'name'), visibility: textOf(form, 'visibility') };
}

function isOn(form: FormData, name: string): boolean {
  const value = form[name];
  return value === 'true' || (Array.isArray(value) && value.includes('true'));
}
