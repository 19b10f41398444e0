import { join } from 'node:path';
import { findBinary } from '../core/bin/node-runtime.js';
import { root } from './setup/paths.js';
import { prepare } from './setup/prepare.js';
import { show } from './setup/progress.js';

// npm run bench [-- --json FILE]: the benchmarks with their baselines, on a database of their own.
await prepare({ tests: true });
const bench = join(root, 'test', 'dist-test', 'bench', 'bench.js');
process.exitCode = await show(findBinary(bench) ?? process.execPath, [bench, ...process.argv.slice(2)]);
