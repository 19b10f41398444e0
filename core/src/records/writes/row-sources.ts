import { stagedName, stageRows, type Row, type RowColumn, type StagedTable, type StageRows } from './staged-table.js';
import type { StatementText } from './statement-text.js';
import { recordset, type RowsForm } from './write-shape.js';

/** Where a statement finds the rows it is given: in parameters, or in tables that were filled before. The rest of its text is the same. */
export class RowSources<Input> {
  readonly staged: StagedTable<Input>[] = [];

  constructor(
    private readonly text: StatementText<Input>,
    private readonly form: RowsForm,
  ) {}

  /**
   * SQL of the records themselves as `given`. What stands in JSON is taken apart once; anything else can be read as often as it is
   * asked for.
   * @param stagedOf the same rows for a table
   */
  given(
    columns: readonly RowColumn[],
    rowsOf: (input: Input) => readonly Row[],
    stagedOf: (input: Input) => StageRows,
  ): string {
    const rows =
      this.form === 'staged' ? this.#stage('records', columns, stagedOf) : this.perRecord('records', columns, rowsOf);
    return `given as ${this.form === 'many' ? '' : 'not '}materialized (select * from ${rows})`;
  }

  /** SQL of rows as a table `n`: one for each record. */
  perRecord(name: string, columns: readonly RowColumn[], rowsOf: (input: Input) => readonly Row[]): string {
    if (this.form !== 'one') return this.from(name, columns, rowsOf);
    const values = columns.map((column) => {
      const value = this.text.value(column.type, (input) => parameterOf(rowsOf(input)[0]?.[column.name], column));
      return `${value} as "${column.name}"`;
    });
    return `(select ${values.join(', ')}) n`;
  }

  /** SQL of any number of rows as a table `n`. */
  from(name: string, columns: readonly RowColumn[], rowsOf: (input: Input) => readonly Row[]): string {
    if (this.form !== 'staged') {
      const rows = this.text.value('jsonb', (input) => JSON.stringify(rowsOf(input)));
      return recordset(rows, columns);
    }
    return this.#stage(name, columns, (input) => stageRows(rowsOf(input)));
  }

  #stage(name: string, columns: readonly RowColumn[], rowsOf: (input: Input) => StageRows): string {
    const table = { name: `stage_${name}`, columns, rowsOf };
    this.staged.push(table);
    return `${stagedName(table)} n`;
  }
}

/** Texts and lists of JSON would else be sent as what they are in SQL. */
function parameterOf(value: unknown, { type }: RowColumn): unknown {
  return type === 'jsonb' && value !== undefined && value !== null ? JSON.stringify(value) : value;
}
