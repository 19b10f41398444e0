import { stagedName, type Row, type RowColumn, type StagedTable } from './staged-table.js';
import type { StatementText } from './statement-text.js';
import { recordset } from './write-shape.js';

/** Where a statement finds the rows it is given: in parameters, or in tables that were filled before. The rest of its text is the same. */
export class RowSources<Input> {
  readonly staged: StagedTable<Input>[] = [];

  constructor(
    private readonly text: StatementText<Input>,
    readonly isStaged: boolean,
  ) {}

  /** SQL of the rows as a table `n`. */
  from(name: string, columns: readonly RowColumn[], rowsOf: (input: Input) => readonly Row[]): string {
    if (!this.isStaged) {
      const rows = this.text.value('jsonb', (input) => JSON.stringify(rowsOf(input)));
      return recordset(rows, columns);
    }
    const table = { name: `stage_${name}`, columns, rowsOf };
    this.staged.push(table);
    return `${stagedName(table)} n`;
  }
}
