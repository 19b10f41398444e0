import { Command } from 'commander';
import type { CliContext } from '../cli-context.js';

/** `trellis search rebuild`: what search knows, made anew from the records. */
export function searchCommand(cli: CliContext): Command {
  const search = new Command('search').summary('what search knows of the records');
  search
    .command('rebuild')
    .summary('make the rows of search anew from the records, while everything goes on')
    .argument('[entity]', 'one entity, like core.contact; all when left out')
    .action((entity: string | undefined) => rebuild(cli, entity ?? null));
  return search;
}

async function rebuild(cli: CliContext, entity: string | null): Promise<void> {
  const { container } = await cli.workspace();
  const { SearchUpkeep } = await import('../../records/index.js');
  const done = new Map<string, number>();
  await container.resolve(SearchUpkeep).rebuildFromScratch(entity, (id, count) => done.set(id, count));
  cli.output.result({ records: Object.fromEntries(done) }, () => [
    ...cli.output.table([['ENTITY', 'RECORDS'], ...[...done].map(([id, count]) => [id, String(count)])]),
  ]);
}
