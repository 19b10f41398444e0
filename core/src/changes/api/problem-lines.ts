import { csvLine } from '../../imports/csv/write-csv.js';
import { plainReasons, type ReasonTexts } from '../../http/reason-texts.js';
import type { ChangeSet } from '../change-set.js';
import type { ChangeSets } from '../change-sets.js';

const pageSize = 1000;

/** CSV of the records that a change set left out, page by page. */
export async function* problemLines(
  changeSets: ChangeSets,
  set: ChangeSet,
  texts: ReasonTexts = plainReasons,
): AsyncGenerator<string> {
  yield `\uFEFF${csvLine(['entity', 'record', 'field', 'code', 'reason'].map((name) => texts.column(name)))}`;
  let behind = '0';
  for (;;) {
    const page = await changeSets.problems(set, { behind, limit: pageSize });
    const lines = page.map(({ entity, recordId, field, code, message }) => {
      const where = field === null ? '' : texts.field(entity, field);
      return csvLine([texts.entity(entity), recordId, where, code, texts.reason({ code, message })]);
    });
    if (lines.length > 0) yield lines.join('');
    if (page.length < pageSize) return;
    behind = page.at(-1)?.position ?? behind;
  }
}
