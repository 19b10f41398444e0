import { Activity } from '@trellis-crm/sdk';
import { isFollowing } from '../../../following/index.js';
import { isMergeable } from '../../../merge/index.js';
import { hasTags } from '../../../records/tags/tag.js';
import { asText, type RecordValues } from '../../fields/entity-field.js';
import { isWithout, isWorkedWith } from '../../list/list-view.js';
import type { EntityCall } from '../../page-call.js';
import { composedKinds, shownAtOnce } from '../../timeline/composed-kinds.js';
import { hasComposer } from '../../timeline/composer-view.js';
import type { CommandView } from './command-view.js';

/** What can be done with every record beside changing it: write on its timeline, follow, take over, tag and merge it. */
export async function recordCommands(call: EntityCall, record: RecordValues): Promise<readonly CommandView[]> {
  const { entity, ctx, t } = call;
  const { id: entityId } = entity.definition;
  const page = `/${entity.path}/${asText(record['id'])}`;
  const may = (verb: 'update' | 'delete'): boolean =>
    ctx.can(`${entityId}:${verb}`, record) && !isWithout(entity, verb);
  const tag = { label: t('tags.add'), icon: 'tag', href: `${page}#tag-input` };
  const merge = {
    label: t('merge.action'),
    icon: 'git-branch',
    href: `/${entity.path}/merge?ids=${asText(record['id'])}`,
  };
  return [
    ...composerCommands(call, page),
    ...(await followCommand(call, record, page)),
    ...(may('update') ? takeOverCommand(call, record, page) : []),
    ...(may('update') && hasTags(entity) ? [tag] : []),
    ...(may('update') && may('delete') && isMergeable(entity) ? [merge] : []),
  ];
}

function composerCommands(call: EntityCall, page: string): readonly CommandView[] {
  if (!hasComposer(call)) return [];
  const kinds = Object.entries(composedKinds).filter(([name]) => shownAtOnce.has(name));
  return kinds.map(([name, { icon }]) => ({
    ...{ label: call.t(`timeline.log.${name}`), icon },
    href: `${page}?compose=${name}#composer`,
  }));
}

async function followCommand(
  { entity, request, workspace, t }: EntityCall,
  record: RecordValues,
  page: string,
): Promise<readonly CommandView[]> {
  const { userId } = request.identity;
  if (userId === null || !isWorkedWith(entity)) return [];
  const followed = { entity: entity.definition.id, id: asText(record['id']) };
  const follows = await isFollowing(workspace.database.knex, followed, userId);
  const label = t(follows ? 'following.unfollow' : 'following.follow');
  const value = { name: 'follow', value: String(!follows) };
  return [{ label, icon: follows ? 'eye-off' : 'eye', action: `${page}/following`, value }];
}

/** Nobody takes over what is theirs, or who did what: an activity has those who take part. */
function takeOverCommand({ entity, request, t }: EntityCall, record: RecordValues, page: string): CommandView[] {
  const { userId } = request.identity;
  const isOffered = entity.definition.owned && entity.definition.id !== Activity.id;
  if (!isOffered || userId === null || record['owner'] === userId) return [];
  const value = { name: 'owner', value: userId };
  return [{ label: t('palette.takeOver'), icon: 'user-circle', action: `${page}/fields/owner`, value }];
}
