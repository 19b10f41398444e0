import { Command } from 'commander';
import type { DemoData } from '../../demo/index.js';
import type { CliContext } from '../cli-context.js';

/** `trellis demo add|remove|logins`: the marked records a workspace can be tried out with. */
export function demoCommand(cli: CliContext): Command {
  const demo = new Command('demo')
    .summary('add or remove demo records')
    .description('Demo records are marked; removing them leaves what people added.');
  demo
    .command('add')
    .summary('add at most 100 demo records, and people to sign in as')
    .action(async () => {
      const data = await demoData(cli);
      await data.add({ canSignIn: true });
      await showLogins(cli, data);
    });
  demo
    .command('remove')
    .summary('remove all demo records')
    .action(async () => {
      const report = await (await demoData(cli)).remove(null);
      cli.output.result(
        report,
        () => `${report.removed} demo records removed, ${report.kept} kept because something refers to them`,
      );
    });
  demo
    .command('logins')
    .summary('show how to sign in as the demo people')
    .action(async () => showLogins(cli, await demoData(cli)));
  return demo;
}

async function demoData(cli: CliContext): Promise<DemoData> {
  const workspace = await cli.workspace();
  // Loaded late, so that help stays quick.
  const { DemoData: token } = await import('../../demo/index.js');
  return workspace.container.resolve(token);
}

async function showLogins(cli: CliContext, data: DemoData): Promise<void> {
  const logins = await data.logins();
  cli.output.result(logins, () => logins.map(({ role, email, password }) => `${role} ${email} ${password}`));
}
