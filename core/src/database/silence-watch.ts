import { Socket } from 'node:net';
import type { Client } from 'pg';

/** The server said nothing for longer than any statement may take, so it is frozen or unreachable. */
export class DatabaseSilentError extends Error {
  override readonly name = 'DatabaseSilentError';
  readonly code = 'ETIMEDOUT';
}

/**
 * Cuts a connection whose server is silent for `limitMs` while a statement runs, which fails that statement. pg's own
 * `query_timeout` would fail it too but keep the connection, so that the next statement waits behind the lost one.
 */
export function watchSilence(client: Client, limitMs: number): void {
  const socket = client.connection.stream;
  if (!(socket instanceof Socket)) return;
  socket.setTimeout(limitMs);
  socket.on('timeout', () => {
    if (isBusy(client)) socket.destroy(new DatabaseSilentError(`PostgreSQL was silent for ${limitMs} ms`));
  });
}

/** pg sets `readyForQuery` to false from sending a statement to the server's last answer; its types do not know it. */
function isBusy(client: Client): boolean {
  return 'readyForQuery' in client && client.readyForQuery === false;
}
