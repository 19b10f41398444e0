import { Logger } from 'graphile-worker';
import type { BaseLogger } from 'pino';

/** The queue's own messages in our log. Its `info` tells of every job, so it is our `debug`. */
export function queueLogger(log: BaseLogger): Logger {
  return new Logger((scope) => (level, message, meta) => {
    const fields = { source: 'job-queue', ...scope, ...meta };
    if (level === 'error') log.error(fields, message);
    else if (level === 'warning') log.warn(fields, message);
    else log.debug(fields, message);
  });
}
