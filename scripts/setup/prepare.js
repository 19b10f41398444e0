import { refuseOldNode } from '../../core/bin/node-runtime.js';
import { compile, isCompiled } from './compilation.js';
import { install, isInstalled } from './installation.js';
import { withSetupLock } from './lock.js';
import { StepError } from './progress.js';

/**
 * Installs and builds what is not up to date, and says so; does nothing, silently and in a few milliseconds, when all is.
 * Ends the process with the tool's own words and a way out when that fails.
 */
export async function prepare({ tests = false } = {}) {
  refuseOldNode();
  if (isReady(tests)) return;
  try {
    await withSetupLock(() => setUp(tests));
  } catch (error) {
    explain(error);
    process.exit(1);
  }
}

function isReady(tests) {
  const isBuilt = isCompiled('sources') && (!tests || isCompiled('tests'));
  return isBuilt && isInstalled({ withDev: tests });
}

async function setUp(tests) {
  if (!isInstalled({ withDev: true })) await install();
  if (!isCompiled('sources')) await compile('sources');
  if (tests && !isCompiled('tests')) await compile('tests');
}

function explain(error) {
  if (error instanceof StepError) {
    process.stderr.write(`\n${error.output.trimEnd()}\n\n${error.message}. ${adviceFor(error)}\n`);
    return;
  }
  const advice = error.code === 'EACCES' ? 'Make this folder writable, or start as its owner.' : '';
  process.stderr.write(`The set-up failed: ${error.message}\n${advice}\n`);
}

function adviceFor({ message, output }) {
  if (message.startsWith('Build')) return 'Correct what the compiler reports, then start again.';
  if (/ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|network/i.test(output)) {
    return 'The package registry cannot be reached: check the network and `npm config get registry`.';
  }
  if (/EACCES|EPERM/.test(output)) return 'Make this folder writable, or start as its owner.';
  if (/ENOSPC/.test(output)) return 'The disk is full: about 700 MB are needed.';
  return 'Read npm’s words above, then start again.';
}
