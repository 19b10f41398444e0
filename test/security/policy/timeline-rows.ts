/** A row about a record: who may read it and, of `form`, holds a right beside. */
interface TimelineRow {
  readonly kind: 'record' | 'form';
  readonly entity: string;
  readonly right: string;
  readonly answers: readonly number[];
}

/**
 * Timeline, composer and following of an entity's records. Writing there changes nothing of the record: who sees it and holds the right
 * to write activities may add to its timeline and say what stands on top; whoever sees it may follow it.
 */
export function timelineRows(entity: string, path: string): Readonly<Record<string, TimelineRow>> {
  const api = `/api/v1/${path}`;
  const record = (verb: string, ...answers: readonly number[]): TimelineRow => {
    return { kind: 'record', entity, right: `${entity}:${verb}`, answers };
  };
  const onTimeline = (verb: string, ...answers: readonly number[]): TimelineRow => {
    return { kind: 'form', entity, right: `core.activity:${verb}`, answers };
  };
  return {
    [`GET ${api}/:id/timeline`]: record('read', 200),
    [`GET ${api}/:id/following`]: record('read', 200),
    [`PUT ${api}/:id/following`]: record('read', 200),
    [`DELETE ${api}/:id/following`]: record('read', 200),
    [`PUT ${api}/:id/timeline/pins/:activity`]: onTimeline('update', 204, 404),
    [`DELETE ${api}/:id/timeline/pins/:activity`]: onTimeline('update', 204, 404),
    [`GET /${path}/:id/timeline`]: record('read', 200),
    [`POST /${path}/:id/following`]: record('read', 303),
    [`GET /${path}/:id/composer`]: onTimeline('create', 303, 404),
    [`POST /${path}/:id/activities`]: onTimeline('create', 303, 422),
    [`POST /${path}/:id/timeline/:activity/completion`]: onTimeline('update', 303, 404),
    [`POST /${path}/:id/timeline/:activity/pin`]: onTimeline('update', 303, 404),
    [`POST /${path}/:id/timeline/:activity/unpin`]: onTimeline('update', 303, 404),
    [`POST /${path}/:id/timeline/:activity/trash`]: onTimeline('delete', 303, 404),
  };
}

/** Tags of an entity's records: part of what may be changed, though no field. None where a field has the name. */
export function tagRows(entity: string, path: string): Readonly<Record<string, TimelineRow>> {
  const api = `/api/v1/${path}`;
  const record = (verb: string, ...answers: readonly number[]): TimelineRow => {
    return { kind: 'record', entity, right: `${entity}:${verb}`, answers };
  };
  return {
    [`GET ${api}/:id/tags`]: record('read', 200),
    [`POST ${api}/:id/tags`]: record('update', 200),
    [`PUT ${api}/:id/tags/:tag`]: record('update', 200),
    [`DELETE ${api}/:id/tags/:tag`]: record('update', 200),
    [`GET /${path}/:id/tags`]: record('read', 200, 303),
    [`POST /${path}/:id/tags`]: record('update', 303),
    [`POST /${path}/:id/tags/removal`]: record('update', 303),
  };
}
