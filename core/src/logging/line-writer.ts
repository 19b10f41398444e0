import { pino, type Level, type Logger } from 'pino';

/** Writes a line of always the same level and message. @param fields as JSON without braces, free of secrets; not empty */
export type LineWriter = (fields: string) => void;

/**
 * A writer for lines that are written so often that pino's way, made for lines of any kind, costs more than the line is worth.
 * The lines go where those of the log go, and look the same.
 */
export function createLineWriter(log: Logger, level: Level, message: string): LineWriter {
  const number = pino.levels.values[level] ?? 0;
  const stream = Reflect.get(log, pino.symbols.streamSym) as LineStream;
  const [head, tail] = [`{"level":${number},"time":`, `,"msg":${JSON.stringify(message)}}\n`];
  const about = String(Reflect.get(log, pino.symbols.chindingsSym));
  return (fields) => {
    if (!log.isLevelEnabled(level)) return;
    if (stream[pino.symbols.needsMetadataGsym] === true) stream.lastLevel = number;
    stream.write(`${head}${Date.now()}${about},${fields}${tail}`);
  };
}

/** What pino writes to; some want to know what kind of line it is. */
interface LineStream {
  lastLevel?: number;
  [symbol: symbol]: unknown;
  write(line: string): void;
}
