import { groupProblems, presentImport, type ImportProblem, type ImportRecord } from '../../imports/index.js';

/** What importing one file came to. */
export interface FileReport {
  readonly path: string;
  readonly record: ImportRecord;
  readonly problems: readonly ImportProblem[];
  /** As `--json` prints it. */
  readonly json: object;
}

const errorsInJson = 1000;

/** Makes the report of a file. */
export function toReport(path: string, record: ImportRecord, problems: readonly ImportProblem[]): FileReport {
  const errors = problems.filter(({ kind }) => kind === 'error').slice(0, errorsInJson);
  const notices = groupProblems(problems.filter(({ kind }) => kind === 'notice'));
  return { path, record, problems, json: { file: path, ...presentImport(record), errors, notices } };
}

const errorsShown = 20;

/** The report for people. */
export function reportLines({ record, problems }: FileReport): string[] {
  const errors = problems.filter(({ kind }) => kind === 'error');
  const notices = groupProblems(problems.filter(({ kind }) => kind === 'notice'));
  const hidden = errors.length - errorsShown;
  return [
    `${record.fileName}${record.isDryRun ? ' (dry run, nothing was changed)' : ''}: ${summary(record)}`,
    ...entityLines(record),
    ...errors.slice(0, errorsShown).map((problem) => `  ${placeOf(problem)}: ${problem.message}`),
    ...(hidden > 0 ? [`  … and ${amount(hidden)} more; --refused <file.csv> writes the rows with their reasons`] : []),
    ...notices.map((group) => `  note: ${amount(group.count)} × ${group.message} (first in ${placeOf(group)})`),
    ...(record.failure === null ? [] : [`  stopped: ${record.failure.message}`]),
    ...(record.state === 'cancelled' ? [`  stopped by somebody behind row ${amount(record.rowsDone)}`] : []),
  ];
}

function summary({ rowCount, totals }: ImportRecord): string {
  const { created, changed, unchanged, refused } = totals;
  return `${amount(rowCount)} rows; ${amount(created)} created, ${amount(changed)} changed, ${amount(unchanged)} unchanged, ${amount(refused)} rows refused`;
}

function entityLines({ totals }: ImportRecord): string[] {
  const entities = Object.entries(totals.entities);
  if (entities.length < 2) return [];
  return entities.map(
    ([entity, { created, changed, unchanged }]) =>
      `  ${entity}: ${amount(created)} created, ${amount(changed)} changed, ${amount(unchanged)} unchanged`,
  );
}

function placeOf({ line, column }: ImportProblem): string {
  return column === null ? `line ${line}` : `line ${line}, ${column}`;
}

function amount(value: number): string {
  return value.toLocaleString('en');
}
