import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const memory = '/dev/shm';
const prefix = 'trellis-tests-';
/** Note in a folder in memory: the checkout it belongs to. */
const noteName = 'checkout';
/** Room that must be free: the log of changes, a handful of templates and the databases of a run, bytes. */
const wanted = 3 * 1024 ** 3;

/**
 * Where the test server of a checkout keeps its data: in memory where Linux offers enough of it, because each suite copies some 750 files,
 * else below the checkout. Folders of checkouts that are gone are removed.
 * @param root the checkout @param name of the folder
 */
export async function findTestFolder(root: string, name: string): Promise<string> {
  const onDisk = join(root, '.trellis', name);
  if (!(await isMemoryUsable())) return onDisk;
  await sweep();
  const key = createHash('sha256').update(`${root} ${name}`).digest('hex').slice(0, 16);
  const folder = join(memory, `${prefix}${key}`);
  await mkdir(folder, { mode: 0o711 }).catch(() => undefined);
  // Anybody may make folders there: one that is somebody else's is not ours to use.
  const { uid } = await stat(folder);
  if (uid !== process.getuid?.()) return onDisk;
  await chmod(folder, 0o711);
  await writeFile(join(folder, noteName), root);
  return folder;
}

/** Programs may have to be copied beside the data, so it must be allowed to run some. */
async function isMemoryUsable(): Promise<boolean> {
  try {
    const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').map((line) => line.split(' '));
    const [, , type, flags = ''] = mounts.findLast(([, place]) => place === memory) ?? [];
    if (type !== 'tmpfs' || flags.split(',').includes('noexec')) return false;
    const { bavail, bsize } = await statfs(memory);
    return bavail * bsize >= wanted;
  } catch {
    return false;
  }
}

async function sweep(): Promise<void> {
  const names = (await readdir(memory)).filter((name) => name.startsWith(prefix));
  for (const folder of names.map((name) => join(memory, name))) {
    const root = await readFile(join(folder, noteName), 'utf8').catch(() => null);
    if (root !== null && !existsSync(root)) await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}
