/**
 * Condition of SQL on an event `f` of the fan-out: an activity that somebody may want to be told of. A new one about a record that is
 * followed, or one whose text, which is new, may name somebody. Who that is, is found out later: here it may only cost looks at indexes.
 */
export const isToldActivity = `
  f.entity = 'core.activity' and (f.record_version = 1 or f.payload -> 'changed' ?| array['subject', 'body']) and (
    exists (select from core.activities a
      where a.id = f.order_key::uuid and (${['subject', 'body'].map(mayName).join(' or ')}))
    or f.record_version = 1 and (${['activity_links', 'activity_participants'].map(isFollowed).join(' or ')}))`;

/** An `@` within an address names nobody. */
function mayName(column: string): string {
  return `position('@' in a.${column}) > 0 and a.${column} ~ '(^|[^[:alnum:]._-])@'`;
}

function isFollowed(links: string): string {
  return `exists (select from core.${links} l join core.followers w on w.entity = l.entity and w.record_id = l.record_id
      where l.activity_id = f.order_key::uuid)`;
}
