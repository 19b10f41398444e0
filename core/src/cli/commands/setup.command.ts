import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import type { CliContext } from '../cli-context.js';

interface SetupOptions {
  readonly company: string;
  readonly name: string;
  readonly email: string;
  readonly locale: string;
  readonly timeZone?: string;
  readonly currency: string;
  readonly modules?: string;
  readonly demo?: boolean;
  readonly passwordStdin?: boolean;
}

/** `trellis setup`: the first set-up without a browser. */
export function setupCommand(cli: CliContext): Command {
  return new Command('setup')
    .summary('set up a new workspace without a browser')
    .description(
      'Makes company, settings and the first admin. The password comes from stdin, or one is made and printed alone on the last line.',
    )
    .requiredOption('--company <name>', 'name of the company')
    .requiredOption('--name <name>', 'name of the first admin')
    .requiredOption('--email <address>', 'e-mail address of the first admin')
    .option('--locale <tag>', 'language', 'en')
    .option('--time-zone <zone>', 'IANA name, for instance Europe/Berlin; that of this machine when left out')
    .option('--currency <code>', 'base currency', 'USD')
    .option('--modules <ids>', 'plugins to enable, by comma')
    .option('--demo', 'add demo data')
    .option('--password-stdin', 'read the password from stdin')
    .action((options: SetupOptions) => run(cli, options));
}

async function run(cli: CliContext, options: SetupOptions): Promise<void> {
  const password =
    options.passwordStdin === true
      ? (await text(process.stdin)).replace(/\r?\n$/, '')
      : randomBytes(15).toString('base64url');
  const workspace = await cli.workspace();
  const { Setup } = await import('../../setup/index.js');
  const { company, name, email, locale, currency, timeZone = localZone(), modules = '', demo = false } = options;
  const outcome = await workspace.container.resolve(Setup).setUp({
    ...{
      companyName: company,
      admin: { name, email, password },
      locale,
      timeZone,
      baseCurrency: currency,
      wantsDemo: demo,
    },
    modules: modules
      .split(',')
      .map((id) => id.trim())
      .filter(Boolean),
  });
  if (!outcome.isComplete) cli.output.note('Not every module could be enabled; `trellis plugin list` says why.');
  if (options.passwordStdin === true) cli.output.result(outcome, () => `${company} is set up; ${email} is its admin`);
  else {
    cli.output.note(`${company} is set up; ${email} signs in with the password:`);
    cli.output.result({ ...outcome, password }, () => password);
  }
}

function localZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}
