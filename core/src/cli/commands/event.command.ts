import { Command } from 'commander';
import type { DeadLetter } from '../../events/dead-letters.js';
import type { CliContext } from '../cli-context.js';

/** `trellis event status|dead|replay|drop|restore`: how far deliveries are, and those that failed for good. */
export function eventCommand(cli: CliContext): Command {
  const event = new Command('event')
    .summary('event deliveries: backlog and dead letters')
    .description('A dead letter is a delivery that failed eight times. Mend the cause, then replay it.');
  event
    .command('status')
    .summary('show what waits to be delivered')
    .action(() => showStatus(cli));
  event
    .command('dead')
    .summary('list dead letters')
    .option('--subscription <id>', 'only those of <module>:<name>')
    .action(({ subscription }: { subscription?: string }) => listDead(cli, subscription));
  event
    .command('replay')
    .summary('deliver dead letters once more')
    .argument('[ids...]', 'ids as `trellis event dead` shows them')
    .option('--subscription <id>', 'all of <module>:<name>')
    .action((ids: string[], { subscription }: { subscription?: string }) => replay(cli, ids, subscription));
  event
    .command('drop')
    .summary('give dead letters up')
    .argument('<ids...>', 'ids as `trellis event dead` shows them')
    .action((ids: string[]) => drop(cli, ids));
  event
    .command('restore')
    .summary('take back dead letters that were dropped in the last seven days')
    .argument('<ids...>', 'ids as `trellis event drop` was given them')
    .action((ids: string[]) => restore(cli, ids));
  return event;
}

const page = 1000;

async function showStatus(cli: CliContext): Promise<void> {
  const { database } = await cli.workspace();
  const { readEventLag } = await import('../../events/lag.js');
  const lag = await readEventLag(database.knex, new Date());
  const { pending, pendingSeconds, due, dead, oldestSeconds, subscriptions } = lag;
  cli.output.result(lag, () => [
    `${pending} events not fanned out${since(pending, pendingSeconds)}, ${due} deliveries due${since(due, oldestSeconds)}`,
    ...subscriptions.map((one) => `  ${one.subscription}: ${one.due} due${since(one.due, one.oldestSeconds)}`),
    `${dead} dead letters${dead > 0 ? ': see trellis event dead' : ''}`,
  ]);
}

function since(count: number, seconds: number): string {
  return count > 0 ? ` (the oldest for ${Math.round(seconds)} s)` : '';
}

async function listDead(cli: CliContext, subscription: string | undefined): Promise<void> {
  const letters = await findDead(cli, subscription);
  cli.output.result(letters, () =>
    letters.length === 0
      ? 'No dead letters'
      : cli.output.table([['ID', 'SUBSCRIPTION', 'EVENT', 'FAILED', 'LAST ERROR'], ...letters.map(toRow)]),
  );
}

/** Whoever serves delivers them: the running server within half a second, else the next start. */
async function replay(cli: CliContext, ids: readonly string[], subscription: string | undefined): Promise<void> {
  const { database } = await cli.workspace();
  const { replayDeadLetter } = await import('../../events/dead-letters.js');
  const found = subscription === undefined ? [] : await findDead(cli, subscription);
  const all = [...new Set([...ids, ...found.map(({ id }) => id)])];
  for (const id of all) await replayDeadLetter(database.knex, id, new Date());
  cli.output.result({ replayed: all }, () => `${all.length} dead letters wait for delivery again`);
}

async function drop(cli: CliContext, ids: readonly string[]): Promise<void> {
  const { database } = await cli.workspace();
  const { dropDeadLetter } = await import('../../events/dead-letters.js');
  for (const id of ids) await dropDeadLetter(database.knex, id, new Date());
  cli.output.result({ dropped: ids }, () => `${ids.length} dead letters dropped`);
}

async function restore(cli: CliContext, ids: readonly string[]): Promise<void> {
  const { database } = await cli.workspace();
  const { restoreDeadLetter } = await import('../../events/dead-letters.js');
  for (const id of ids) await restoreDeadLetter(database.knex, id);
  cli.output.result({ restored: ids }, () => `${ids.length} dead letters restored`);
}

async function findDead(cli: CliContext, subscription: string | undefined): Promise<readonly DeadLetter[]> {
  const { database } = await cli.workspace();
  const { listDeadLetters } = await import('../../events/dead-letters.js');
  return listDeadLetters(database.knex, { limit: page, ...(subscription === undefined ? {} : { subscription }) });
}

function toRow({ id, subscription, event, failedAt, lastError }: DeadLetter): string[] {
  return [id, subscription, event, failedAt.toISOString(), lastError ?? ''];
}
