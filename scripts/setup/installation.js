import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './paths.js';
import { runStep } from './progress.js';

/**
 * Whether node_modules holds what the lockfile says, by npm's own record of what it installed; so a manual `npm ci`
 * counts, and an interrupted one does not.
 */
export function isInstalled({ withDev }) {
  const wanted = readPackages(join(root, 'package-lock.json'));
  const found = readPackages(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === undefined || found === undefined) return false;
  const isComplete = Object.entries(wanted).every(([path, entry]) => {
    if (!path.startsWith('node_modules/') || entry.optional || entry.devOptional || entry.peer) return true;
    return (entry.dev && !withDev) || found[path] !== undefined;
  });
  return isComplete && Object.entries(found).every(([path, { version }]) => wanted[path]?.version === version);
}

/** Installs exactly the lockfile. Nothing in the project needs an install script, so none is run. */
export async function install() {
  const isFirst = !existsSync(join(root, 'node_modules'));
  const args = [
    'ci',
    '--ignore-scripts',
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  const { command, prefix, shell } = findNpm();
  await runStep(
    isFirst ? 'Installing packages (once, about a minute)' : 'Updating packages',
    command,
    [...prefix, ...args],
    {
      shell,
    },
  );
}

/** The npm that started us, else the one beside this Node.js, else the one on the path. */
function findNpm() {
  const beside = join(dirname(dirname(process.execPath)), 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js');
  for (const script of [process.env.npm_execpath, beside]) {
    if (script !== undefined && script.endsWith('npm-cli.js') && existsSync(script)) {
      return { command: process.execPath, prefix: [script], shell: false };
    }
  }
  return { command: 'npm', prefix: [], shell: process.platform === 'win32' };
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return undefined;
  }
}
