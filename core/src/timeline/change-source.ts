import { MalformedError } from '@trellis-crm/sdk';
import { runPrepared, prepare, type PreparedRow } from '../database/prepared.js';
import { readableFields } from '../records/field-access.js';
import type { FieldChange } from '../records/history.js';
import { hasTags, tagsPath } from '../records/tags/tag.js';
import type { FoundEntry, KindOption, Source, TimelineCall } from './timeline-entry.js';

/** Changes of the record itself, as people choose them. */
export const changeOption: KindOption = {
  name: 'change',
  module: 'core',
  label: 'timeline.kinds.change',
  icon: 'history',
  template: 'timeline/_change',
};

/**
 * What was changed in a record, from the audit log. Of fields that the reader may not see no word is said, and a change of nothing else
 * is not there.
 */
export const changeSource: Source = {
  name: 'changes',
  options: [changeOption],
  async read(call, { after, limit }) {
    const { scope, entity, id } = call;
    if (after !== null && !/^[0-9a-f-]{36}$/.test(after)) throw new MalformedError('invalid_query');
    const readable = readableFields(scope, entity);
    const paths = [...readable.map(({ path }) => path), ...(hasTags(entity) ? [tagsPath] : [])];
    const names = readable === entity.fieldList ? null : paths;
    const rows = await runPrepared(scope.db, statement, [id, entity.definition.id, after, names, limit]);
    const known = new Set(paths);
    return rows.map((row) => toEntry(call, row, known));
  },
};

const statement = prepare(`
  select id::text, occurred_at, verb, changes, actor, on_behalf_of::text, cause from core.audit_log
  where record_id = $1::uuid and entity = $2::text and ($3::uuid is null or id < $3::uuid)
    and (verb <> 'updated' or $4::text[] is null or changes ?| $4::text[])
  order by record_id desc, id desc limit $5::integer`);

function toEntry(
  { entity }: TimelineCall,
  [id, at, verb, changes, actor, onBehalfOf, cause]: PreparedRow,
  readable: ReadonlySet<string>,
): FoundEntry {
  const shown = Object.entries((changes ?? {}) as Readonly<Record<string, FieldChange>>).filter(([path]) =>
    readable.has(path),
  );
  return {
    key: String(id),
    kind: changeOption.name,
    at: (at as Date).toISOString(),
    option: changeOption,
    data: {
      verb,
      entity: entity.definition.id,
      // What a record began with is the record; only what became of it is told.
      changes: verb === 'updated' ? Object.fromEntries(shown) : {},
      actor: userOf(actor) ?? onBehalfOf ?? null,
      by: userOf(actor) === null ? actor : null,
      cause,
    },
  };
}

function userOf(actor: unknown): string | null {
  return typeof actor === 'string' && actor.startsWith('user:') ? actor.slice('user:'.length) : null;
}
