import { fstatSync } from 'node:fs';
import type { Config } from '@trellis-crm/config';
import { scopeFields } from './call-scope.js';
import { pino, type DestinationStream, type Logger } from 'pino';

/**
 * The log of a process, on stderr: one JSON object a line, or short lines for people when a terminal reads along.
 * @param name the part of the installation that writes, such as `server`
 */
export function createLog(config: Pick<Config, 'logLevel'>, name: string): Logger {
  return pino(
    { level: config.logLevel, base: { name, pid: process.pid }, redact: secretPaths, mixin: () => scopeFields() },
    process.stderr.isTTY ? forPeople(process.stderr) : inPortions(),
  );
}

/**
 * Requests do not wait for their lines: these are written together, within 100 ms and at the end of the process. A warning is
 * written at once, with all before it: it may be the last that a process says. Portions are small enough for a pipe to keep
 * those of several processes apart; a file keeps larger ones apart too.
 */
function inPortions(): DestinationStream & { [symbol: symbol]: boolean } {
  const maxWrite = fstatSync(stderr).isFile() ? 32_768 : 4096;
  const lines = pino.destination({ fd: stderr, sync: false, minLength: maxWrite - 600, maxWrite, periodicFlush: 100 });
  return {
    [pino.symbols.needsMetadataGsym]: true,
    write(this: { readonly lastLevel?: number }, line) {
      lines.write(line);
      if ((this.lastLevel ?? 0) >= warn) lines.flushSync();
    },
  };
}

const stderr = 2;

/** pino's number of the level. */
const warn = 40;

/** Never written, whoever logs an object that holds them. */
const secretPaths = [
  'password',
  '*.password',
  'token',
  '*.token',
  'authorization',
  '*.authorization',
  'cookie',
  '*.cookie',
];

function forPeople(stream: NodeJS.WritableStream): DestinationStream {
  return { write: (line) => stream.write(`${toShortLine(line)}\n`) };
}

function toShortLine(line: string): string {
  const entry: unknown = JSON.parse(line);
  if (!isRecord(entry)) return line;
  const time = new Date(Number(entry['time'])).toTimeString().slice(0, 8);
  const message = typeof entry['msg'] === 'string' ? entry['msg'] : '';
  const error = isRecord(entry['err']) ? `: ${String(entry['err']['message'])}` : '';
  return `${time} ${pino.levels.labels[Number(entry['level'])] ?? ''} ${message}${error}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
