import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { OpenWorkspace } from '../../composition/open-workspace.js';
import { Imports } from '../../imports/index.js';
import type { FileReport } from './import-report.js';

/** Writes the rows of a file that were kept out. @param isOneOfSeveral each file then gets one of its own: `out-accounts.csv` */
export async function writeRefused(
  workspace: OpenWorkspace,
  { record }: FileReport,
  path: string,
  isOneOfSeveral: boolean,
): Promise<void> {
  if (record.totals.refused === 0) return;
  const target = isOneOfSeveral ? path.replace(/(\.csv)?$/i, `-${record.fileName}`) : path;
  const rows = workspace.container.resolve(Imports).refused(record);
  await pipeline(Readable.from(rows), createWriteStream(target));
}
