import type { Config } from '@trellis-crm/config';
import { scopeFields } from './call-scope.js';
import { pino, type DestinationStream, type Logger } from 'pino';

/**
 * The log of a process, on stderr: one JSON object a line, or short lines for people when a terminal reads along. Requests do
 * not wait for their lines; what is not written yet when the process ends is written then.
 * @param name the part of the installation that writes, such as `server`
 */
export function createLog(config: Pick<Config, 'logLevel'>, name: string): Logger {
  const destination = process.stderr.isTTY ? forPeople(process.stderr) : pino.destination({ fd: 2, sync: false });
  return pino(
    { level: config.logLevel, base: { name, pid: process.pid }, redact: secretPaths, mixin: () => scopeFields() },
    destination,
  );
}

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
