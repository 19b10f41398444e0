import type { ChangeSetProblem } from '../change-set.js';
import type { PastChange } from './past-change.js';

const messages = {
  not_found: 'The record is not there any more.',
  purged: 'The record was deleted for good.',
  forbidden: 'You may not change this record.',
  changed_since: 'Somebody has changed it since.',
  field_absent: 'The field does not exist any more.',
  tag_absent: 'A tag that it had does not exist any more.',
  file_absent: 'A file that it had is not kept any more.',
  facts_out_of_reach:
    'Tags, followers and keys of other systems stay with the record that has them: you may not change it.',
  reference_in_trash: 'What it belongs to is in the trash.',
  entity_absent: 'What this record is does not exist any more: its module is not active.',
} as const;

/** Says why a record, or a field of it, stays as it is. */
export function leftOut(
  { entity, recordId }: Pick<PastChange, 'entity' | 'recordId'>,
  code: keyof typeof messages,
  field: string | null = null,
): ChangeSetProblem {
  return { entity, recordId, field, code, message: messages[code] };
}
