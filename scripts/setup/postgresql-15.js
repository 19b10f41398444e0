import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { capture } from './progress.js';

/** Where Debian's package puts the oldest PostgreSQL that we promise to run on. */
export const oldestFolder = '/usr/lib/postgresql/15';

/** Module for mocha's --require: the tests' databases are made on that server. */
export const requireOldest = fileURLToPath(new URL('on-postgresql-15.js', import.meta.url));

/**
 * Finds PostgreSQL 15, or installs Debian's package when we are root; its installation makes no cluster and starts nothing.
 * @returns undefined when it is there, else why not
 */
export async function ensureOldest() {
  if (isThere()) return undefined;
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'postgresql-15 is not installed, and only root can';
  const install = [
    'set -e',
    'mkdir -p /etc/postgresql-common',
    '[ -e /etc/postgresql-common/createcluster.conf ] || echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.conf',
    'apt-get update -qq',
    'DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql-15',
  ].join('\n');
  const { code, output } = await capture('/bin/sh', ['-c', install]);
  return code === 0 && isThere()
    ? undefined
    : `postgresql-15 could not be installed: ${output.trim().split('\n').at(-1)}`;
}

function isThere() {
  return existsSync(`${oldestFolder}/bin/initdb`) && existsSync(`${oldestFolder}/bin/postgres`);
}
