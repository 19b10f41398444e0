import type { Shape } from './read-plan.js';

/** One record. Its row: the record as JSON · its version. */
export const recordShape: Shape = {
  kind: 'read',
  isShort: true,
  constants: [],
  further: [],
  write: ({ record, from, condition }) => `select ${record}, r."version"\n  ${from()}\n  where ${condition}`,
};

/** Any number of records, in no order. Its row: the records as a JSON array. */
export const recordsShape: Shape = {
  kind: 'read-many',
  constants: [],
  further: [],
  write: ({ record, from, condition }) => `select ${asArray(record)}\n  ${from()}\n  where ${condition}`,
};

/** What went to the trash last. Its row: at most 200 records as a JSON array. */
export const trashShape: Shape = {
  kind: 'trash',
  // Whatever goes to the trash loses what was kept.
  source: 'built',
  constants: [],
  further: [],
  write: ({ record, from, condition }) =>
    [
      `select ${asArray('p.record')} from (select ${record} as record ${from()}`,
      `  where ${condition} order by r."deleted_at" desc, r."id" limit 200) p`,
    ].join('\n'),
};

function asArray(record: string): string {
  return `concat('[', string_agg(${record}, ','), ']')`;
}
