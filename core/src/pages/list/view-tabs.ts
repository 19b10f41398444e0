import { filterOf } from './filter-nodes.js';
import { addressParams, isModified, type ListState } from './list-state.js';
import type { SafeHtml } from '../../views/safe-html.js';
import type { ToldView } from '../../saved-views/index.js';
import type { EntityCall } from '../page-call.js';
import { noView, type ViewChoice } from './view-choice.js';

/** Tabs of the saved views above a list, what can be done with the one that is open, and saving what is shown; null where there is nothing of it. */
export function viewTabsHtml(call: EntityCall, state: ListState, choice: ViewChoice): SafeHtml | null {
  const isPlain = choice.views.length === 0 && !isModified(state);
  if (isPlain || call.request.identity.userId === null) return null;
  return call.render('core:records/_view-tabs', tabsView(call, state, choice));
}

function tabsView(call: EntityCall, state: ListState, { views, current, first }: ViewChoice): object {
  const { t, labels, entity } = call;
  const all = {
    label: t('view.all', { entities: labels.manyInText(entity.definition) }),
    href: `${state.path}${first === null ? '' : `?view=${noView}`}`,
    isCurrent: current === null,
  };
  const params = new URLSearchParams(addressParams({ ...state, q: null, after: null }));
  const isChanged = isModified(state);
  const layout = state.path.endsWith('/board') ? [['layout', 'board']] : [];
  const source = `/views/new?${new URLSearchParams([['entity', entity.definition.id], ...layout, ...params]).toString()}`;
  return {
    label: t('list.views'),
    tabs: [all, ...views.map((view) => tabOf(call, view, current))],
    ...(isChanged && { saveHref: source, saveSource: source }),
    ...ruleLink(call, state),
    ...(current !== null && openView(current, params, isChanged)),
  };
}

/** Administrators of exceptions make a rule of what is filtered. */
function ruleLink({ entity, request }: EntityCall, { nodes }: ListState): object {
  const filter = filterOf(nodes);
  if (filter === null || request.identity.reach('core.exception:administer') === null) return {};
  const params = new URLSearchParams({ entity: entity.definition.id, where: JSON.stringify(filter) });
  return { ruleHref: `/exceptions/rules/new?${params.toString()}` };
}

function tabOf({ entity, t }: EntityCall, { id, name, visibility, state }: ToldView, current: ToldView | null): object {
  const board = state.layout === 'board' ? '/board' : '';
  const icons = { private: undefined, team: 'users', everyone: 'world' } as const;
  return {
    label: name,
    href: `/${entity.path}${board}?view=${id}`,
    isCurrent: id === current?.id,
    icon: icons[visibility],
    iconLabel: t(`view.visibility.${visibility}`),
  };
}

/** What can be done with the view that is open. */
function openView(
  { id, name, canChange, isReduced, version }: ToldView,
  params: URLSearchParams,
  isChanged: boolean,
): object {
  const manage = `/views/${id}`;
  return {
    name,
    isReduced,
    manageHref: manage,
    manageSource: manage,
    ...(isChanged && { isChanged, resetHref: `?view=${id}` }),
    ...(isChanged && canChange && { updateAction: `/views/${id}/state?${params.toString()}`, version }),
  };
}
