import { spawn } from 'node:child_process';
import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';
import { findBinary } from '../core/bin/node-runtime.js';
import { compilerPath } from './setup/compilation.js';
import { listPackages, root } from './setup/paths.js';
import { prepare } from './setup/prepare.js';

// npm run dev [-- serve options]: the server, replaced whenever the compiler or somebody else has written what it runs on.
await prepare();
const node = findBinary(join(root, 'package.json')) ?? process.execPath;
const main = join(root, 'core', 'dist', 'cli', 'main.js');
const server = spawn(node, [main, 'serve', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
// On a newer Node.js the compiler's wrapper becomes the compiler itself, so ending it leaves nothing behind.
const compiler = spawn(node, [compilerPath(), '-b', '--watch', '--preserveWatchOutput'], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
});

const settleMs = 100;
let timer;
for (const folder of listPackages()) {
  for (const part of ['dist', 'views', 'locales', 'assets']) watchFolder(join(root, folder, part));
}

server.once('exit', (code) => {
  compiler.kill();
  process.exit(code ?? 0);
});
// Ctrl-C reaches the server through the terminal; it ends us when it has stopped.
for (const signal of ['SIGINT', 'SIGHUP']) process.on(signal, () => undefined);
process.on('SIGTERM', () => server.kill('SIGTERM'));

function watchFolder(folder) {
  if (!existsSync(folder)) return;
  watch(folder, { recursive: true }, (_event, file) => {
    if (file?.endsWith('.tsbuildinfo') || file?.endsWith('.map') || file?.endsWith('.d.ts')) return;
    clearTimeout(timer);
    timer = setTimeout(replaceProcesses, settleMs);
  });
}

/** The supervisor keeps the database and the port; only the processes with the code are new. */
function replaceProcesses() {
  if (server.exitCode === null) server.kill('SIGUSR2');
}
