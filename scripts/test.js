import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { findBinary } from '../core/bin/node-runtime.js';
import { listTestProjects, root, stateFolder } from './setup/paths.js';
import { ensureOldest, requireOldest } from './setup/postgresql-15.js';
import { prepare } from './setup/prepare.js';
import { show } from './setup/progress.js';

/** What measures has the machine to itself. */
const needsMachine = /^test\/dist-test\/(bench\/|fault\/(frozen-database|overload|processes)\.)/;
/** More than these failed for a reason. */
const mostLookedAtAgain = 3;
/** Options for two processes that each take the next file. */
const sideBySide = ['--parallel', '--jobs', '2', '--require', join(root, 'scripts', 'setup', 'one-test-server.js')];

// npm test [-- [--full] [file or folder …] [mocha options]]: everything, or only what stands below the given paths.
await prepare({ tests: true });
const { files, options, isFull, isEverything } = readArguments(process.argv.slice(2));
// First, so that the last line tells of the run on our own server; what is tried often is tried often there only.
const oldestCode = isFull && isEverything ? await testOnOldest() : 0;
if (isFull) process.env.TEST_SCALE = 'full';
const code = isEverything && !isFull ? await runInParts() : await runMocha(files);
process.exitCode = code === 0 ? oldestCode : code;

/** Most files side by side on two cores, then the others; the last line counts both. */
async function runInParts() {
  const isAlone = (file) => needsMachine.test(file.replaceAll('\\', '/'));
  process.env.TEST_COUNTS = join(stateFolder, 'test-counts.json');
  rmSync(process.env.TEST_COUNTS, { force: true });
  const codeBeside = await runMocha(
    files.filter((file) => !isAlone(file)),
    sideBySide,
  );
  const codeAlone = await runMocha(files.filter(isAlone));
  return codeAlone || (codeBeside && (await lookAgain()));
}

/**
 * A few tests that failed beside others are tried again by themselves, a file after the other. One that passes now is told as FLAKY at
 * the end instead of failing the run: it is to be mended all the same.
 */
async function lookAgain() {
  const { failures, failedFiles } = JSON.parse(readFileSync(process.env.TEST_COUNTS, 'utf8'));
  if (failures > mostLookedAtAgain || failedFiles.includes(null)) return 1;
  process.env.TEST_SECOND_LOOK = 'yes';
  return runMocha(failedFiles);
}

function runMocha(paths, more = []) {
  return show(findBinary(join(root, 'package.json')) ?? process.execPath, [
    join(root, 'node_modules', 'mocha', 'bin', 'mocha.js'),
    ...['--reporter', join(root, 'scripts', 'setup', 'reporter.js')],
    // A machine that is meant to run everything must not pass by skipping.
    ...(process.env.CI ? ['--forbid-pending'] : []),
    // A timer or socket that a test forgot must not keep the run from ending.
    '--exit',
    ...more,
    ...options,
    ...paths,
  ]);
}

/** The suites once more, on the oldest PostgreSQL we promise; those that start servers of their own have ours anyway. */
async function testOnOldest() {
  const reason = await ensureOldest();
  process.stdout.write(reason === undefined ? 'On PostgreSQL 15:\n' : `Not tested on PostgreSQL 15: ${reason}\n`);
  if (reason !== undefined) return process.env.CI ? 1 : 0;
  const isOther = /^test\/dist-test\/(architecture|browser|system)\/|embedded|\.full\.test\.js$/;
  return runMocha(
    files.filter((file) => !isOther.test(file.replaceAll('\\', '/'))),
    ['--require', requireOldest],
  );
}

function readArguments(args) {
  const isFull = args.includes('--full');
  const paths = [];
  const options = [];
  for (const [index, arg] of args.entries()) {
    if (arg === '--full') continue;
    const isValue = /^(-g|-f|-t|-s|--(grep|fgrep|timeout|slow|retries))$/.test(args[index - 1] ?? '');
    const isPath = !arg.startsWith('-') && !isValue && existsSync(resolve(root, arg));
    (isPath ? paths : options).push(arg);
  }
  const files = paths.length > 0 ? paths.flatMap(findTests) : listTestProjects().flatMap(findTests);
  return {
    files: isFull || paths.length > 0 ? files : files.filter((file) => !file.endsWith('.full.test.js')),
    options,
    isFull,
    isEverything: paths.length === 0,
  };
}

/** Compiled tests of a source file, of a folder of them, or of a whole package. */
function findTests(path) {
  const output = outputOf(relative(root, resolve(root, path)).replaceAll('\\', '/'));
  if (/\.[jt]s$/.test(output)) return [output.replace(/\.ts$/, '.js')];
  if (!existsSync(join(root, output))) return [];
  const files = readdirSync(join(root, output), { recursive: true }).filter((file) => file.endsWith('.test.js'));
  return files.sort().map((file) => join(output, file));
}

/** `core/test/http` → `core/dist-test/http`; `test/system` → `test/dist-test/system`; `core` → `core/dist-test`. */
function outputOf(path) {
  if (path.includes('dist-test')) return path;
  if (/^test(\/|$)/.test(path)) return path.replace(/^test/, 'test/dist-test');
  return /\/test(\/|$)/.test(path) ? path.replace(/\/test(?=\/|$)/, '/dist-test') : `${path}/dist-test`;
}
