import { recordAlias } from '../compile-fields.js';
import { textLiteral } from '../sql.js';
import { tagsPath } from './tag.js';

/** SQL of a record's JSON with its tags as the last member, by their names. @param record SQL of the JSON without them, one member at least */
export function withTagsText(entity: string, record: string): string {
  const tags = `select jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name, 'tone', t.tone) order by t.name_key)::text
    from core.record_tags g join core.tags t on t.id = g.tag_id
    where g.entity = ${textLiteral(entity)} and g.record_id = ${recordAlias}."id"`;
  return `left(${record}, -1) || ',"${tagsPath}":' || coalesce((${tags}), '[]') || '}'`;
}
