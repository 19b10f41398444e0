import type { Logger as ModuleLogger } from '@trellis-crm/sdk';
import type { Logger } from 'pino';
import { TokenBucket } from './token-bucket.js';

/** What one module of one process may write to the log: it costs a disk, and hides what others have to say. */
const linesPerModule = { perSecond: 200, burst: 1000 };
/** A longer line counts as several. */
const lineBytes = 512;
const maxLineBytes = 64 * 1024;
const noticeMs = 1000;

/** The logs of the modules of one process. */
export interface ModuleLogs {
  /** The log of a module; what is more than its share is left out, and how much that was is said. */
  of(module: string): ModuleLogger;
}

/** Creates the logs on top of the process's. */
export function createModuleLogs(log: Logger): ModuleLogs {
  const shares = new Map<string, Share>();
  return {
    of(module) {
      const own = log.child({ module });
      if (module === 'core') return own;
      const share = shares.get(module) ?? new Share(log, module);
      shares.set(module, share);
      return limited(own, share);
    },
  };
}

function limited(log: Logger, share: Share): ModuleLogger {
  const write =
    (level: keyof ModuleLogger) =>
    (fields: object, message: string): void => {
      if (!log.isLevelEnabled(level)) return;
      if (!share.take()) return;
      const bytes = sizeOf(fields, message);
      share.use(Math.floor(bytes / lineBytes));
      if (bytes > maxLineBytes) log[level]({ bytes }, `${message.slice(0, lineBytes)} … (too long)`);
      else log[level](fields, message);
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

/** What a module has used of what it may write, and what was left out since that was last said. */
class Share {
  readonly #bucket = new TokenBucket(linesPerModule);
  readonly #log: Logger;
  readonly #module: string;
  #leftOut = 0;

  constructor(log: Logger, module: string) {
    this.#log = log;
    this.#module = module;
  }

  /** @returns whether another line may be written */
  take(): boolean {
    if (this.#bucket.take()) return true;
    if (this.#leftOut === 0) setTimeout(() => this.#sayLeftOut(), noticeMs).unref();
    this.#leftOut += 1;
    return false;
  }

  /** Notes that a line was as long as so many more. */
  use(lines: number): void {
    if (lines > 0) this.#bucket.drain(lines);
  }

  #sayLeftOut(): void {
    this.#log.warn({ module: this.#module, lines: this.#leftOut }, 'a plugin floods the log: lines were left out');
    this.#leftOut = 0;
  }
}

/** Fields that are no plain data are left to the logger, which knows how to write them. */
function sizeOf(fields: object, message: string): number {
  try {
    return JSON.stringify(fields).length + message.length;
  } catch {
    return lineBytes;
  }
}
