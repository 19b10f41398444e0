import { Activity, NotFoundError, type Id } from '@trellis-crm/sdk';
import { Timelines, type FoundEntry } from '../../timeline/index.js';
import { follow, unfollow } from '../../following/index.js';
import { addressOf, asText, titleOf, type RecordValues } from '../fields/entity-field.js';
import { formOf } from '../form/plain-form.js';
import { readRecord } from '../form/record-form.js';
import type { EntityCall } from '../page-call.js';
import { goTo, showPage, showPart, type PageAnswer } from '../page-endpoint.js';
import type { Flash } from '../flash.js';
import { showRecord } from '../record/record-page.js';
import { addComposed } from './composer-form.js';
import { composerView, hasComposer } from './composer-view.js';
import { renderMore, renderTimeline, timelineBlock } from './timeline-block.js';

/** `GET /<path>/:id/timeline`: a record's timeline on a page of its own; for htmx the whole of it, or what follows with `?after`. */
export async function showTimeline(call: EntityCall): Promise<PageAnswer> {
  const record = await readRecord(call);
  const { request, t, entity } = call;
  if (request.isPartial)
    return showPart(await (request.url.searchParams.has('after') ? renderMore(call) : renderTimeline(call)));
  return showPage({
    title: titleOf(entity, record),
    breadcrumbs: [
      { label: call.labels.many(entity.definition), href: `/${entity.path}` },
      { label: titleOf(entity, record), href: addressOf(entity, record) },
      { label: t('timeline.title') },
    ],
    blocks: [await timelineBlock(call)],
  });
}

/** `GET /<path>/:id/composer`: the form for one kind of activity. Without htmx the record's page has it. */
export async function showComposer(call: EntityCall): Promise<PageAnswer> {
  const record = await readRecord(call);
  if (!hasComposer(call)) throw new NotFoundError('composer_not_found');
  if (!call.request.isPartial) return goTo(`${addressOf(call.entity, record)}${call.request.url.search}#composer`);
  return showPart(call.render('core:timeline/_composer', await composerView(call)));
}

/** `POST /<path>/:id/activities`: adds what was written; what cannot be added is shown again, on the record's page. */
export async function takeComposer(call: EntityCall): Promise<PageAnswer> {
  const record = await readRecord(call);
  const refused = await addComposed(call);
  if (refused === null) return shown(call, record, { text: call.t('timeline.added') });
  return showRecord(call, { composer: refused, status: 422 });
}

/** `POST /<path>/:id/timeline/:activity/completion`: a planned activity was done, now. */
export async function completeActivity(call: EntityCall): Promise<PageAnswer> {
  const { record, entry } = await subjectsOf(call);
  const now = call.ctx.clock.now().toISOString();
  await call.ctx.records(Activity).update(idOf(entry), { doneAt: now, occurredAt: now });
  return shown(call, record, { text: call.t('timeline.completed', { name: asText(entry.data['subject']) }) });
}

/** `POST /<path>/:id/timeline/:activity/trash`: to the trash, with a way back. */
export async function trashActivity(call: EntityCall): Promise<PageAnswer> {
  const { record, entry } = await subjectsOf(call);
  await call.ctx.records(Activity).trash(idOf(entry));
  const text = call.t('trash.done', { name: asText(entry.data['subject']) });
  return shown(call, record, { text, undoAction: `/activities/${idOf(entry)}/restoration` });
}

/** `POST /<path>/:id/timeline/:activity/pin`: on top of the timeline, for everybody. */
export async function pinActivity(call: EntityCall): Promise<PageAnswer> {
  const record = await readRecord(call);
  await timelines(call).pin(call.entity, call.request, true);
  return shown(call, record, { text: call.t('timeline.pinned') });
}

/** `POST /<path>/:id/timeline/:activity/unpin`: down again. */
export async function unpinActivity(call: EntityCall): Promise<PageAnswer> {
  const record = await readRecord(call);
  await timelines(call).pin(call.entity, call.request, false);
  return shown(call, record, { text: call.t('timeline.unpinned') });
}

/** `POST /<path>/:id/following`: from now on, or no longer, one hears of the record. */
export async function takeFollowing(call: EntityCall): Promise<PageAnswer> {
  const { request, entity, workspace } = call;
  const record = await readRecord(call);
  const { userId } = request.identity;
  const isWanted = formOf(call)['follow'] === 'true';
  const followed = { entity: entity.definition.id, id: asText(record['id']) };
  if (userId !== null) await workspace.database.tx((trx) => (isWanted ? follow : unfollow)(trx, followed, userId));
  return shown(call, record, { text: call.t(isWanted ? 'following.followed' : 'following.unfollowed') });
}

function timelines({ workspace }: EntityCall): Timelines {
  return workspace.container.resolve(Timelines);
}

function idOf({ data }: FoundEntry): Id {
  return asText(data['id']);
}

/** The record and the activity, as far as whoever asks may see them. @throws NotFoundError */
async function subjectsOf(call: EntityCall): Promise<{ readonly record: RecordValues; readonly entry: FoundEntry }> {
  const { request, entity } = call;
  const record = await readRecord(call);
  const { id = '', activity = '' } = request.params;
  return { record, entry: await timelines(call).activity(entity, request, id, activity) };
}

/** The record's page with its timeline as it is now. */
function shown(call: EntityCall, record: RecordValues, flash: Flash): PageAnswer {
  return goTo(`${addressOf(call.entity, record)}#timeline`, flash);
}
