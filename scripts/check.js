import { join } from 'node:path';
import { findBinary } from '../core/bin/node-runtime.js';
import { findDocumentFaults } from './setup/documents.js';
import { root } from './setup/paths.js';
import { prepare } from './setup/prepare.js';
import { capture, show } from './setup/progress.js';

// npm run check: types (the build), lint, import rules, unused code, format, docs, then all tests once.
await prepare({ tests: true });
// Some tools refuse the Node.js that npm may have started us with.
const node = findBinary(join(root, 'package.json')) ?? process.execPath;
const tool = (path, ...args) => capture(node, [join(root, 'node_modules', ...path.split('/')), ...args]);
const sources = ['sdk', 'config', 'migrations', 'core', 'plugins', 'test'];

/** Run side by side; each shows what it found. */
const checks = {
  lint: () => tool('eslint/bin/eslint.js', '.', '--max-warnings', '0'),
  'import rules': () =>
    tool('dependency-cruiser/bin/dependency-cruiser.mjs', '--config', '.dependency-cruiser.cjs', ...sources),
  'unused code': () => tool('knip/bin/knip.js', '--no-progress'),
  format: () => tool('prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'),
  docs: async () => report(await findDocumentFaults(root)),
};

const failed = [];
await Promise.all(
  Object.entries(checks).map(async ([name, run]) => {
    const { code, output } = await run();
    process.stdout.write(`${code === 0 ? '✓' : '✗'} ${name}\n`);
    if (code === 0) return;
    failed.push(name);
    process.stdout.write(`${output.trimEnd()}\n`);
  }),
);
if (failed.length > 0) process.stdout.write(`Not passed: ${failed.join(', ')}; the tests follow\n`);
const testCode = await show(node, [join(root, 'scripts', 'test.js')]);
process.exitCode = failed.length > 0 ? 1 : testCode;

function report(faults) {
  return { code: faults.length === 0 ? 0 : 1, output: faults.join('\n') };
}
