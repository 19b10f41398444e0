import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { StartError } from '@trellis-crm/config';

const run = promisify(execFile);

/** An account of the operating system under which PostgreSQL runs when we are root, which it refuses to be. */
export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The user for the server: undefined when this process is not root (then it is ourselves), else the owner of the
 * cluster that exists, else `postgres`, which is created when missing.
 */
export async function findServerUser(cluster: string): Promise<SystemUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(cluster).catch(() => undefined);
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  return (await lookUp('postgres')) ?? (await createUser('postgres'));
}

/** Whether `user` can enter `folder`; asked of the kernel, which knows about parents, groups and access lists. */
export async function canEnter(folder: string, user: SystemUser): Promise<boolean> {
  return run('/bin/sh', ['-c', 'cd -- "$0"', folder], { uid: user.uid, gid: user.gid, cwd: '/' }).then(
    () => true,
    () => false,
  );
}

async function lookUp(name: string): Promise<SystemUser | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}

async function createUser(name: string): Promise<SystemUser> {
  const failures: unknown[] = [];
  for (const [command, ...args] of waysToCreate(name)) {
    await run(command, args).catch((error: unknown) => failures.push(error));
    // Another start may have created it between our look and our attempt.
    const user = await lookUp(name);
    if (user !== undefined) return user;
  }
  throw new StartError('PostgreSQL refuses to run as root', {
    reason: `there is no system user "${name}", and it could not be created`,
    fix: `create it (\`useradd --system ${name}\`), or start as another user, or give DATABASE_URL`,
    cause: new AggregateError(failures),
  });
}

function waysToCreate(name: string): [string, ...string[]][] {
  return [
    ['useradd', '--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', name],
    ['adduser', '-S', '-D', '-H', '-s', '/sbin/nologin', name],
  ];
}
