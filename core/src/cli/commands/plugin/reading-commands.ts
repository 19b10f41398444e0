import { Argument, Command } from 'commander';
import type { PlannedVerb } from '../../../kernel/lifecycle/index.js';
import type { CliContext } from '../../cli-context.js';
import { listLines, planLines } from './plugin-lines.js';

/** `trellis plugin list`. */
export function listCommand(cli: CliContext): Command {
  return new Command('list').summary('list plugins and their states').action(async () => {
    const { lifecycle } = await cli.workspace();
    const plugins = await lifecycle.list();
    cli.output.result(plugins, () => listLines(cli.output, plugins));
  });
}

/** `trellis plugin plan`. */
export function planCommand(cli: CliContext): Command {
  return new Command('plan')
    .summary('show what a verb would do, without doing it')
    .argument('<plugin>')
    .addArgument(
      new Argument('[verb]').choices(['enable', 'disable', 'upgrade', 'remove', 'restore', 'purge']).default('enable'),
    )
    .action(async (id: string, verb: PlannedVerb) => {
      const { lifecycle } = await cli.workspace();
      const plan = await lifecycle.plan(id, verb);
      cli.output.result(plan, () => planLines(plan));
      if (plan.obstacles.length > 0) process.exitCode = 1;
    });
}

/** `trellis plugin doctor`. */
export function doctorCommand(cli: CliContext): Command {
  return new Command('doctor')
    .summary('say what is wrong with plugins and how to mend it')
    .argument('[plugin]', 'only this one')
    .action(async (id: string | undefined) => {
      const { lifecycle } = await cli.workspace();
      const findings = await lifecycle.doctor(id);
      cli.output.result(findings, () =>
        findings.length === 0
          ? 'Nothing is wrong.'
          : findings.flatMap(({ plugin, problem, fix }) => [`${plugin}: ${problem}`, `  → ${fix}`]),
      );
      if (findings.length > 0) process.exitCode = 1;
    });
}
