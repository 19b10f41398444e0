import { styleText } from 'node:util';

/** How far a long command has come. */
export interface Progress {
  /** @param total undefined while nobody knows */
  update(done: number, total?: number): void;
  end(): void;
}

/**
 * What a command tells: results on stdout (one JSON document with `--json`), everything else on stderr, so that a pipe
 * carries the result alone.
 */
export class Output {
  /** Set by `--json`, before the command runs. */
  isJson = false;

  /** Shows the result of a command. @param toText lines for people */
  result(value: unknown, toText: () => string | readonly string[]): void {
    const text = this.isJson ? JSON.stringify(value, null, 2) : [toText()].flat().join('\n');
    process.stdout.write(`${text}\n`);
  }

  /** Shows a remark that is not part of the result. */
  note(line: string): void {
    process.stderr.write(`${line}\n`);
  }

  /** A table with aligned columns, as lines. @param rows the first one holds the titles */
  table(rows: readonly (readonly string[])[]): string[] {
    const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
    const lines = rows.map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
    return [styleText('bold', lines[0] ?? '', { stream: process.stdout }), ...lines.slice(1)];
  }

  /** Shows a bar on a terminal and a plain line every tenth of the way in a pipe. */
  progress(title: string): Progress {
    return process.stderr.isTTY ? barProgress(title) : lineProgress(title);
  }
}

const barWidth = 30;

function barProgress(title: string): Progress {
  let isShown = false;
  return {
    update(done, total) {
      isShown = true;
      const share = total === undefined || total === 0 ? 0 : Math.min(1, done / total);
      const bar = '█'.repeat(Math.round(share * barWidth)).padEnd(barWidth, '░');
      process.stderr.write(`\r\u001b[2K${title} ${total === undefined ? '' : `${bar} `}${amount(done, total)}`);
    },
    end() {
      if (isShown) process.stderr.write('\n');
    },
  };
}

function lineProgress(title: string): Progress {
  let tenths = -1;
  return {
    update(done, total) {
      const reached = total === undefined || total === 0 ? 0 : Math.floor((done / total) * 10);
      if (reached === tenths) return;
      tenths = reached;
      process.stderr.write(`${title}: ${amount(done, total)}\n`);
    },
    end() {
      tenths = -1;
    },
  };
}

function amount(done: number, total: number | undefined): string {
  const shown = (value: number): string => value.toLocaleString('en');
  return total === undefined ? shown(done) : `${shown(done)} of ${shown(total)}`;
}
