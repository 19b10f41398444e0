import { Command } from 'commander';
import type { CliContext } from '../cli-context.js';
import { doctorChecks } from '../checks/doctor-checks.js';
import type { Finding } from '../checks/finding.js';

/** `trellis doctor`: what is installed where, and what is wrong with it. */
export function doctorCommand(cli: CliContext): Command {
  return new Command('doctor')
    .summary('check the installation')
    .description(
      'Looks at settings, database, tables, processes, plugins, events, jobs and backups, and says what to do about what is wrong. Changes nothing. Exit code 1 when something is an error, 0 with warnings.',
    )
    .action(async () => {
      const findings: Finding[] = [];
      for (const check of doctorChecks) findings.push(...(await check(cli)));
      cli.output.result(findings, () => findings.map(toLines).flat());
      if (findings.some(({ status }) => status === 'error')) process.exitCode = 1;
    });
}

const marks: Readonly<Record<Finding['status'], string>> = { ok: '✓', warning: '!', error: '✗' };

function toLines({ status, name, detail, fix }: Finding): string[] {
  const line = `${marks[status]} ${name.padEnd(12)} ${detail}`;
  return fix === undefined ? [line] : [line, `  ${' '.repeat(12)} → ${fix}`];
}
