import { spawn } from 'node:child_process';
import { root } from './paths.js';

/**
 * Runs a long step under one line of progress on stderr (stdout belongs to the command). What it prints is shown only
 * when it fails. @throws StepError
 */
export async function runStep(title, command, args, options = {}) {
  const start = Date.now();
  const isTty = process.stderr.isTTY === true;
  process.stderr.write(isTty ? `${title} …` : `${title} …\n`);
  const { code, output } = await capture(command, args, options);
  const seconds = ((Date.now() - start) / 1000).toFixed(1);
  process.stderr.write(`${isTty ? '\r\u001b[2K' : ''}${title}: ${code === 0 ? `done in ${seconds} s` : 'failed'}\n`);
  if (code !== 0) throw new StepError(title, output);
}

/** A step of the set-up that failed, with everything it printed. */
export class StepError extends Error {
  name = 'StepError';
  constructor(title, output) {
    super(`${title} failed`);
    this.output = output;
  }
}

/** Runs a program to its end and returns its exit code and all it printed. */
export function capture(command, args, options = {}) {
  return new Promise((resolve) => {
    const chunks = [];
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], ...options });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => chunks.push(chunk));
    child.once('error', (error) => resolve({ code: 1, output: error.message }));
    child.once('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString('utf8') }));
  });
}

/** Runs a program on our own terminal and returns its exit code. */
export function show(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
    child.once('error', (error) => {
      process.stderr.write(`${error.message}\n`);
      resolve(1);
    });
    child.once('close', (code) => resolve(code ?? 1));
  });
}
