import type { Logger } from 'pino';

/** Reasons for which a process ends itself, so that its supervisor starts another. */
export interface StartAnew {
  withoutDatabase(error: Error): void;
  withNewCode(): void;
}

/** Ends the process as a signal would: what runs is finished first. */
export function startAnew(log: Logger): StartAnew {
  const end = (reason: object, message: string): void => {
    log.error(reason, message);
    process.kill(process.pid, 'SIGTERM');
  };
  return {
    withoutDatabase: (error) => end({ err: error }, 'this process starts anew'),
    withNewCode: () => end({}, 'a plugin has new code: this process makes room for one that runs it'),
  };
}
