import { stat } from 'node:fs/promises';
import { readLastBackup } from '../../backup/last-backup.js';
import type { CliContext } from '../cli-context.js';
import type { Finding } from './finding.js';

/** How old the last backup may be before it is worth a word. */
const oldAfterDays = 2;
const dayMs = 86_400_000;
const fix = 'trellis backup, every night by cron, and copy the file to another machine: docs/operations.md';

/** Age of the last backup that this installation took. */
export async function checkBackups(cli: CliContext): Promise<Finding[]> {
  const name = 'backup';
  const last = await readLastBackup(cli.config.dataDir);
  if (last === undefined) return [{ name, status: 'warning', detail: 'none was taken with `trellis backup`', fix }];
  const days = (Date.now() - last.at.getTime()) / dayMs;
  const isThere = (await stat(last.file).catch(() => undefined)) !== undefined;
  const detail = `the last one is of ${last.at.toISOString()}, ${(last.sizeBytes / 1e6).toFixed(1)} MB, ${last.file}${isThere ? '' : ', not there any more'}`;
  if (days > oldAfterDays) return [{ name, status: 'warning', detail: `${detail}: ${Math.floor(days)} days old`, fix }];
  return [{ name, status: 'ok', detail }];
}
