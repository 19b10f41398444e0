import { Command } from 'commander';
import type { CliContext } from '../cli-context.js';
import { doctorChecks } from '../doctor-checks.js';
import type { Finding } from '../finding.js';

/** `trellis doctor`: what is installed where, and what is wrong with it. */
export function doctorCommand(cli: CliContext): Command {
  return new Command('doctor')
    .summary('check the installation')
    .description('Shows versions, folders and the database, and says what to do about what is wrong.')
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
