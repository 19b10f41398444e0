import { SavedViews, type ToldView } from '../../saved-views/index.js';
import type { EntityCall } from '../page-call.js';
import { baseOf, plainBase, type ListBase } from './list-state.js';

/** The saved views of a list and the one that it begins from. */
export interface ViewChoice {
  readonly views: readonly ToldView[];
  /** The view that the address names. */
  readonly current: ToldView | null;
  readonly base: ListBase;
  /** Where the list begins when the address says nothing: at the reader's own first view, else at the role's. */
  readonly first: ToldView | null;
}

/** Says in an address that the list is wanted as it is declared, whatever view comes first. */
export const noView = 'none';

/** The views of the list for this reader. @throws NotFoundError `view_not_found` when the address names one that is not theirs to see */
export async function chooseView(call: EntityCall, url = call.request.url): Promise<ViewChoice> {
  const { entity, request, workspace } = call;
  const service = workspace.container.resolve(SavedViews);
  const views = await service.list(request, entity.definition.id);
  const first = firstOf(views);
  const id = url.searchParams.get('view')?.trim() ?? '';
  if (id === '' || id === noView) return { views, current: null, base: plainBase, first };
  // One that another process has just saved may not be among them yet.
  const current = views.find((view) => view.id === id) ?? (await service.get(request, id));
  return { views, current, base: baseOf(current.state), first };
}

function firstOf(views: readonly ToldView[]): ToldView | null {
  return views.find(({ isOwnDefault }) => isOwnDefault) ?? views.find(({ isRoleDefault }) => isRoleDefault) ?? null;
}
