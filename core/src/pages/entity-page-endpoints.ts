import { panelsOf, Uuid, type PermissionKey } from '@trellis-crm/sdk';
import { hasBulk } from '../changes/index.js';
import type { Endpoint } from '../http/endpoint.js';
import type { CompiledEntity } from '../records/compiled-entity.js';
import { moveToLane, showBoard } from './board/board-page.js';
import { showCompleteness, takeCompleteness } from './completeness/completeness-page.js';
import { showDuplicates, takeDecision, takeSearch } from './duplicates/review-page.js';
import { showSimilar, showSimilarToRecord } from './duplicates/similar-records.js';
import { showColumns } from './columns/columns-page.js';
import { showFilter } from './filter/filter-page.js';
import { takeBulkForm } from './changes/bulk-submit.js';
import { showCreateForm, showEditForm, takeCreateForm, takeEditForm } from './form/form-page.js';
import { showList } from './list/list-page.js';
import { isWithout } from './list/list-view.js';
import { isMergeable } from '../merge/index.js';
import { hasTags } from '../records/tags/tag.js';
import { showLookupOptions } from './lookup/lookup-options.js';
import { readersEntity } from './fields/readers-entity.js';
import { showMerge, takeMerge, takeUnmerge } from './merge/merge-page.js';
import type { EntityCall, PageDeps } from './page-call.js';
import { pageEndpoint, type PageAnswer } from './page-endpoint.js';
import { showLoadedPanel, showPanels } from './panels/panel-pages.js';
import { showFieldEditor, takeFieldEditor } from './record/field-edit.js';
import { showRecord } from './record/record-page.js';
import {
  completeActivity,
  pinActivity,
  showComposer,
  showTimeline,
  takeComposer,
  takeFollowing,
  trashActivity,
  unpinActivity,
} from './timeline/timeline-pages.js';
import { showTags, takeTagRemoval, takeTags } from './tags/record-tags.js';
import { restoreRecord, trashRecord } from './trash/trash-actions.js';
import { showTrash } from './trash/trash-page.js';

type Show = (call: EntityCall) => Promise<PageAnswer>;
type Part =
  | 'create'
  | 'update'
  | 'delete'
  | 'board'
  | 'bulk'
  | 'duplicates'
  | 'similar'
  | 'merge'
  | 'completeness'
  | 'tags'
  | null;

function isPermission(verb: string): verb is PermissionKey {
  return verb.includes(':');
}

/** Pages of an entity that core writes by hand instead of deriving them. */
const handWritten: ReadonlySet<string> = new Set(['GET /teams']);

/** The pages derived from one entity: list, record, forms, trash, board, panels, look-up. */
export function entityPageEndpoints(deps: PageDeps, entity: CompiledEntity): readonly Endpoint[] {
  const { definition, path } = entity;
  if (isWithout(entity, 'pages')) return [];
  const right = (verb: string): PermissionKey => {
    if (isPermission(verb)) return verb;
    return verb in activityRights ? activityRights[verb as keyof typeof activityRights] : `${definition.id}:${verb}`;
  };
  return pagesOfEntity.flatMap(([key, verb, part, show]) => {
    const [method, rest = ''] = key.split(' ') as ['GET' | 'POST', string?];
    const address = `${method} /${path}${rest}` as const;
    if (handWritten.has(address) || isLeftOut(entity, part)) return [];
    const names = [...rest.matchAll(/:(id|changeSet|activity)/g)].map(([, name = '']) => [name, Uuid] as const);
    const params = names.length > 0 ? { params: Object.fromEntries(names) } : {};
    return pageEndpoint(deps, address, {
      access: right(verb),
      module: definition.module,
      idempotency: 'answer',
      ...(bringsFiles(entity, `${method} ${rest}`) && { maxFiles: filesAtOnce }),
      ...params,
      handle: (call) => show({ ...call, entity: readersEntity(entity, call.request.identity) }),
    });
  });
}

/** Files that people send with one form. */
const filesAtOnce = 10;

/** Forms of records that hold files, and the composer, whose activities do. */
function bringsFiles({ files }: CompiledEntity, address: string): boolean {
  return (
    address === 'POST /:id/activities' ||
    (files.length > 0 && /^POST \/(new|:id\/edit|:id\/fields\/:field)$/.test(address))
  );
}

/** Writing on a record's timeline changes activities, and nothing of the record. */
const activityRights = {
  compose: 'core.activity:create',
  'change-activity': 'core.activity:update',
  'trash-activity': 'core.activity:delete',
} as const;

/** Address below the entity's path, verb of the right it asks for (or another right), part of the declaration that can leave it out, handler. */
const pagesOfEntity: readonly (readonly [string, string, Part, Show])[] = [
  ['GET ', 'read', null, showList],
  ['GET /options', 'read', null, showLookupOptions],
  ['GET /filter', 'read', null, showFilter],
  ['GET /columns', 'read', null, showColumns],
  ['GET /new', 'create', 'create', showCreateForm],
  ['POST /new', 'create', 'create', takeCreateForm],
  ['GET /similar', 'create', 'duplicates', showSimilar],
  ['GET /duplicates', 'update', 'duplicates', showDuplicates],
  ['POST /duplicates', 'update', 'duplicates', takeDecision],
  ['POST /duplicates/search', 'update', 'duplicates', takeSearch],
  ['GET /completeness', 'core.settings:administer', 'completeness', showCompleteness],
  ['POST /completeness', 'core.settings:administer', 'completeness', takeCompleteness],
  ['GET /merge', 'update', 'merge', showMerge],
  ['POST /merge', 'update', 'merge', takeMerge],
  ['POST /:id/unmerge/:changeSet', 'update', 'merge', takeUnmerge],
  ['GET /trash', 'delete', 'delete', showTrash],
  ['GET /board', 'read', 'board', showBoard],
  ['POST /bulk', 'read', 'bulk', takeBulkForm],
  ['GET /:id', 'read', null, showRecord],
  ['GET /:id/edit', 'update', 'update', showEditForm],
  ['POST /:id/edit', 'update', 'update', takeEditForm],
  ['GET /:id/similar', 'update', 'similar', showSimilarToRecord],
  ['GET /:id/fields/:field', 'update', 'update', showFieldEditor],
  ['POST /:id/fields/:field', 'update', 'update', takeFieldEditor],
  ['POST /:id/lane', 'update', 'board', moveToLane],
  ['POST /:id/trash', 'delete', 'delete', trashRecord],
  ['POST /:id/restoration', 'delete', 'delete', restoreRecord],
  ['GET /:id/tags', 'read', 'tags', showTags],
  ['POST /:id/tags', 'update', 'tags', takeTags],
  ['POST /:id/tags/removal', 'update', 'tags', takeTagRemoval],
  ['GET /:id/timeline', 'read', null, showTimeline],
  ['POST /:id/following', 'read', null, takeFollowing],
  ['GET /:id/composer', 'compose', null, showComposer],
  ['POST /:id/activities', 'compose', null, takeComposer],
  ['POST /:id/timeline/:activity/completion', 'change-activity', null, completeActivity],
  ['POST /:id/timeline/:activity/pin', 'change-activity', null, pinActivity],
  ['POST /:id/timeline/:activity/unpin', 'change-activity', null, unpinActivity],
  ['POST /:id/timeline/:activity/trash', 'trash-activity', null, trashActivity],
  ['GET /:id/panels', 'read', null, (call) => showPanels(call, panelsOf(call.entity.definition))],
  ['GET /:id/panels/:module/:panel', 'read', null, (call) => showLoadedPanel(call, panelsOf(call.entity.definition))],
];

function isLeftOut(entity: CompiledEntity, part: Part): boolean {
  if (part === null) return false;
  const isThere = declaredParts[part];
  return isThere === undefined ? isWithout(entity, part as 'create' | 'update' | 'delete') : !isThere(entity);
}

/** Parts that an entity has by what it declares. */
const declaredParts: Readonly<Partial<Record<Exclude<Part, null>, (entity: CompiledEntity) => boolean>>> = {
  board: ({ definition }) => definition.views?.board !== undefined,
  bulk: hasBulk,
  duplicates: (entity) => entity.duplicates.length > 0 && !isWithout(entity, 'create'),
  similar: (entity) => entity.duplicates.length > 0 && !isWithout(entity, 'update'),
  completeness: ({ definition }) => definition.completeness !== undefined,
  merge: isMergeable,
  tags: hasTags,
};
