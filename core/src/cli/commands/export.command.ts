import { Command, Option } from 'commander';
import type { CliContext } from '../cli-context.js';
import type { ExportOptions } from './export-file.js';

/** `trellis export <entity>`: a list as a file, by the same engine as the API, whether the server runs or not. */
export function exportCommand(cli: CliContext): Command {
  return new Command('export')
    .summary('write a list as CSV or XLSX')
    .description('Writes the records of an entity as CSV to standard output, or as CSV or XLSX into a file.')
    .argument('<entity>', 'core.contact, contact, or its path: contacts')
    .option('--filter <condition...>', 'as in addresses: "country=DE" "createdAt[gte]=this_year"')
    .option('--where <json>', 'conditions with alternatives: {"any":[{"field":"name","op":"contains","value":"acme"}]}')
    .option('--search <words>', 'only what these words are found in')
    .option('--sort <fields>', 'with commas between them, - in front for descending')
    .option('--fields <fields>', 'columns in their order, with commas between them; all unless told')
    .addOption(new Option('--format <format>', 'instead of what the name of the file says').choices(['csv', 'xlsx']))
    .option('--bom', 'begin CSV with a byte order mark, by which Excel knows UTF-8')
    .option('--out <file>', 'write into this file, instead of standard output')
    .option('--as <e-mail>', 'export with the rights of this user, instead of all')
    .action(async (entity: string, options: ExportOptions) => {
      const workspace = await cli.workspace();
      // Loaded late, so that help stays quick, and after the workspace, which brings what its rooms need.
      const { exportFile } = await import('./export-file.js');
      await exportFile(cli, workspace, entity, options);
    });
}
