import { hasBulk } from '../../changes/index.js';
import { hasTags } from '../../records/tags/tag.js';
import { cutHoles, hole } from '../../views/holed-markup.js';
import { SafeHtml } from '../../views/safe-html.js';
import type { PageFacts } from '../list/list-reader.js';
import { listParams, type ListState } from '../list/list-state.js';
import { isWithout } from '../list/list-view.js';
import type { EntityCall } from '../page-call.js';

/** Id of the form that the checkboxes of a list belong to. */
export const bulkFormId = 'bulk-form';

/** What this person may do with many records of the entity. */
export interface BulkRights {
  readonly canEdit: boolean;
  readonly canAssign: boolean;
  readonly canTag: boolean;
  readonly canDelete: boolean;
}

/** The same for all whose rights offer the same actions; null when there are none. */
export function bulkRights({ entity, request }: EntityCall): BulkRights | null {
  const may = (verb: 'update' | 'delete'): boolean =>
    request.identity.reach(`${entity.definition.id}:${verb}`) !== null && !isWithout(entity, verb);
  const canEdit = hasBulk(entity) && may('update');
  const canDelete = hasBulk(entity) && may('delete');
  return canEdit || canDelete
    ? { canEdit, canAssign: canEdit && entity.definition.owned, canTag: canEdit && hasTags(entity), canDelete }
    : null;
}

/** The bar below a list that shows itself when a row is ticked. */
export function bulkBarHtml(call: EntityCall, state: ListState, page: PageFacts): SafeHtml {
  const { entity, env, request } = call;
  const rights = bulkRights(call);
  if (rights === null) return SafeHtml.trust('');
  const allLabel = allLabelOf(call, page);
  const key = [
    'bulk-bar',
    entity.path,
    env.locale,
    rights.canEdit,
    rights.canAssign,
    rights.canTag,
    rights.canDelete,
    allLabel !== undefined,
  ].join(' ');
  const { views } = request.generation;
  const bar = views.holed.of(key, () => {
    const action = `/${entity.path}/bulk`;
    const view = {
      ...rights,
      action,
      list: hole(0),
      ...(allLabel === undefined ? {} : { allLabel: hole(1) }),
    };
    return cutHoles(views.render('core:changes/bar', view, { ...env, csrfToken: hole(2) }));
  });
  const list = new URLSearchParams(listParams({ ...state, after: null })).toString();
  return bar.fill([list, allLabel ?? '', env.csrfToken]);
}

/** Offered where there are more than the page shows. */
function allLabelOf({ t }: EntityCall, { next, count, isCapped }: PageFacts): string | undefined {
  if (next === null || count === null) return undefined;
  return t(isCapped ? 'changes.allCapped' : 'changes.all', { count });
}
