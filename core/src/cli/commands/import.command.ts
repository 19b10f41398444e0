import { Command, Option } from 'commander';
import type { CliContext } from '../cli-context.js';
import type { ImportOptions } from './import-plan.js';

/** `trellis import <file> …`: the same engine as the API, run at once, whether the server runs or not. */
export function importCommand(cli: CliContext): Command {
  return readingOptions(new Command('import'))
    .summary('import CSV, XLSX and vCard files')
    .description(
      'Imports CSV, XLSX and vCard files, in an order in which each finds what it refers to. Importing a file again changes nothing.',
    )
    .argument('[files...]', 'files; `accounts.mapping.json` beside `accounts.csv` says what its columns mean')
    .option('--mapping <file>', 'mapping of the file, instead of the one beside it')
    .option('--entity <id>', 'what the rows are when there is no mapping: core.account, sales.deal …')
    .option('--map <column=field...>', 'field of a column whose name is not the field’s')
    .option('--match <field>', 'how existing records are found: a field, externalId:<column> or none')
    .addOption(
      new Option('--only <rows>', 'rows of new records only, or of existing ones').choices(['create', 'update']),
    )
    .option('--saved-mapping <id>', 'mapping that somebody saved, as GET /api/v1/import-mappings lists them')
    .option('--source <name>', 'name of the system the external ids come from')
    .option('--dry-run', 'check all rows and change nothing')
    .option('--refused <file.csv>', 'write the rows kept out there, with the reason')
    .option('--resume <import>', 'go on with an import that was interrupted, behind its last row')
    .option(
      '--undo <import>',
      'take an import back: what it made goes to the trash, what it changed gets its values back',
    )
    .option('--stop <import>', 'stop an import that is under way: what went in stays')
    .option('--as <e-mail>', 'import with the rights of this user, instead of all')
    .addHelpText(
      'after',
      '\nExit codes: 0 every row went in (or out again), 1 rows were kept out (or stay), 2 a file was refused as a whole.',
    )
    .action(async (files: readonly string[], options: ImportOptions) => {
      const workspace = await cli.workspace();
      // Loaded late, so that help stays quick, and after the workspace, which brings what its rooms need.
      const { importFiles, resumeImport } = await import('./import-files.js');
      if (options.undo !== undefined)
        await (await import('./import-undo.js')).undoImport(cli, workspace, options.undo, options);
      else if (options.stop !== undefined)
        await (await import('./import-stop.js')).stopImport(cli, workspace, options.stop, options);
      else if (options.resume === undefined) await importFiles(cli, workspace, files, options);
      else await resumeImport(cli, workspace, options.resume, options);
    });
}

/** What is said of a file instead of being found out. */
function readingOptions(command: Command): Command {
  return command
    .option('--sheet <name>', 'sheet of a spreadsheet, instead of the first one')
    .option('--header-row <number>', 'row of a spreadsheet with the names of the columns, instead of the one found')
    .option('--encoding <label>', 'encoding of a text file, instead of the one found: gb18030, windows-1252 …')
    .addOption(
      new Option(
        '--delimiter <character>',
        'what stands between the cells of a text file, instead of what is found',
      ).choices([',', ';', 'tab', '|']),
    );
}
