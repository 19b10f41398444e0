import { StartError } from '@trellis-crm/config';
import { TrellisError } from '@trellis-crm/sdk';
import { CommanderError } from 'commander';
import { translateDatabaseError } from '../http/database-translation.js';
import { CliContext } from './cli-context.js';
import { findInstallationRoot } from './installation-root.js';
import { createProgram } from './program.js';

/** Runs one command line to its end and returns the exit code. */
export async function runCli(args: readonly string[]): Promise<number> {
  // Whoever read our output may be gone before us; that is no reason to crash.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const cli = new CliContext(findInstallationRoot(process.cwd()));
  try {
    await createProgram(cli).parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return tell(error, cli.output.isJson);
  } finally {
    await cli.close();
  }
}

/** What went wrong, in words for a person; a stack trace only for what nobody foresaw. */
function tell(error: unknown, isJson: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const { lines, code, exitCode } = describe(translateDatabaseError(error) ?? error);
  process.stderr.write(
    isJson ? `${JSON.stringify({ error: { code, message: lines.join('\n') } })}\n` : `${lines.join('\n')}\n`,
  );
  return exitCode;
}

function describe(error: unknown): { lines: string[]; code: string; exitCode: number } {
  if (error instanceof StartError) {
    const lines = [`${error.message}.`, ...indent('Reason', error.reason), ...indent('Fix', error.fix)];
    return { lines, code: 'cannot_start', exitCode: error.exitCode };
  }
  if (error instanceof TrellisError) {
    const problems = error.errors.map(({ pointer, message }) => `  ${pointer}: ${message}`);
    return { lines: [error.message, ...problems], code: error.code, exitCode: 1 };
  }
  return {
    lines: [error instanceof Error ? (error.stack ?? error.message) : String(error)],
    code: 'internal',
    exitCode: 1,
  };
}

function indent(title: string, text: string): string[] {
  return text.split('\n').map((line, index) => `  ${(index === 0 ? `${title}:` : '').padEnd(8)}${line}`);
}
