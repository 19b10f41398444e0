#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { refuseOldNode, runOnWantedNode } from './node-runtime.js';

refuseOldNode();
const core = dirname(dirname(fileURLToPath(import.meta.url)));
const setup = join(core, '..', 'scripts', 'setup', 'prepare.js');
// In a clone the command line installs and builds what changed; an installed package has nothing to prepare.
if (existsSync(setup)) await (await import('../../scripts/setup/prepare.js')).prepare();
await runOnWantedNode(join(core, 'dist', 'cli', 'main.js'), process.argv.slice(2));
