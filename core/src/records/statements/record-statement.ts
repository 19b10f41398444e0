import type { Shape } from './read-plan.js';

/** One record. Its row: the record as JSON · its version. */
export const recordShape: Shape = {
  kind: 'read',
  isShort: true,
  constants: [],
  further: [],
  write: ({ columns, from, condition }) =>
    `select row_to_json(t)::text, r."version"\n  ${from()} cross join lateral (select ${columns}) t\n  where ${condition}`,
};

/** Any number of records, in no order. Its row: the records as a JSON array, null for none. */
export const recordsShape: Shape = {
  kind: 'read-many',
  constants: [],
  further: [],
  write: ({ columns, from, condition }) =>
    `select json_agg(t)::text\n  ${from()} cross join lateral (select ${columns}) t\n  where ${condition}`,
};

/** What went to the trash last. Its row: at most 200 records as a JSON array, null for none. */
export const trashShape: Shape = {
  kind: 'trash',
  constants: [],
  further: [],
  write: ({ columns, from, condition }) =>
    [
      `select json_agg(p.record)::text`,
      `from (select row_to_json(t) as record ${from()} cross join lateral (select ${columns}) t`,
      `  where ${condition} order by r."deleted_at" desc, r."id" limit 200) p`,
    ].join('\n'),
};
