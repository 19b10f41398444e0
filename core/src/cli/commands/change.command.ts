import { NotFoundError, type Id } from '@trellis-crm/sdk';
import { Command } from 'commander';
import type { ChangeSet, ChangeSetProblem } from '../../changes/index.js';
import type { CliContext } from '../cli-context.js';

interface Options {
  readonly as?: string;
}

/** `trellis change list|show|undo`: imports, bulk changes, merges and deletions, each as a whole. */
export function changeCommand(cli: CliContext): Command {
  const change = new Command('change').summary('bulk changes, merges and imports, and taking them back');
  const as = ['--as <e-mail>', 'with the rights of this user, instead of all'] as const;
  change
    .command('list')
    .summary('show the last hundred, newest first')
    .option(...as)
    .action((options: Options) => list(cli, options));
  change
    .command('show')
    .summary('show one with what was left out of it')
    .argument('<id>', 'as `trellis change list` shows it')
    .option(...as)
    .action((id: string, options: Options) => show(cli, id, options));
  change
    .command('undo')
    .summary('take one back: what it made goes to the trash, what it changed gets its values back')
    .argument('<id>', 'as `trellis change list` shows it')
    .option(...as)
    .addHelpText('after', '\nExit codes: 0 all of it is taken back, 1 something stays, 2 it cannot be taken back.')
    .action((id: string, options: Options) => undo(cli, id, options));
  return change;
}

async function list(cli: CliContext, options: Options): Promise<void> {
  const { sets, identity } = await open(cli, options);
  const found = await sets.list(identity);
  const { presentChangeSet } = await import('../../changes/index.js');
  const titles = ['ID', 'KIND', 'ENTITY', 'STATE', 'RECORDS', 'BEGAN', 'TAKEN BACK'];
  cli.output.result(found.map(presentChangeSet), () =>
    found.length === 0 ? 'No changes' : cli.output.table([titles, ...found.map(toRow)]),
  );
}

const problemsShown = 100;

async function show(cli: CliContext, id: string, options: Options): Promise<void> {
  const { sets, identity } = await open(cli, options);
  const set = await sets.get(idOf(id), identity);
  const problems = await sets.problems(set, { behind: '0', limit: problemsShown });
  const { presentChangeSet, presentProblems } = await import('../../changes/index.js');
  cli.output.result({ ...presentChangeSet(set), problems: presentProblems(problems) }, () => [
    ...cli.output.table([['ID', 'KIND', 'ENTITY', 'STATE', 'RECORDS', 'BEGAN', 'TAKEN BACK'], toRow(set)]),
    ...problems.map(toLine),
    ...(set.failure === null ? [] : [`stopped: ${set.failure.message}`]),
  ]);
}

async function undo(cli: CliContext, id: string, options: Options): Promise<void> {
  const { sets, identity } = await open(cli, options);
  const { isIncomplete, presentUndo, refusing, takeBack, undoLines } = await import('./undo-change-set.js');
  const fix = 'name one that is over; `trellis change list` shows them';
  const outcome = await refusing(`The change ${id}`, fix, async () => takeBack(sets, idOf(id), identity));
  cli.output.result({ takenBack: id, ...presentUndo(outcome) }, () => undoLines(id, outcome));
  if (isIncomplete(outcome)) process.exitCode = 1;
}

async function open(cli: CliContext, { as }: Options) {
  const workspace = await cli.workspace();
  const { ChangeSets } = await import('../../changes/index.js');
  const { identityOf } = await import('./import-files.js');
  return { sets: workspace.container.resolve(ChangeSets), identity: await identityOf(workspace, as) };
}

/** @throws NotFoundError for what is no id */
function idOf(text: string): Id {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return text;
  throw new NotFoundError('change_set_not_found', { id: text });
}

function toRow({ id, kind, entity, state, rowsDone, createdAt, undo }: ChangeSet): string[] {
  return [id, kind, entity, state, rowsDone.toLocaleString('en'), createdAt.toISOString(), undo?.state ?? ''];
}

function toLine({ entity, recordId, field, message }: ChangeSetProblem): string {
  return `  ${entity} ${recordId}${field === null ? '' : `, ${field}`}: ${message}`;
}
