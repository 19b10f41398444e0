import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';

/** `none`: no transaction; `open`; `failed`: it can only be rolled back; `lost`: so is the connection, nobody knows. */
export type TransactionStatus = 'none' | 'open' | 'failed' | 'lost';

/** What the server says has become of a connection's transaction: it tells of an error before it tells of that. */
export async function readTransactionStatus(client: Client): Promise<TransactionStatus> {
  while (isWaiting(client)) await pause(1);
  if (client.connection.stream.destroyed) return 'lost';
  const status = client.getTransactionStatus();
  return status === 'E' ? 'failed' : status === 'T' ? 'open' : 'none';
}

/** pg's types do not know that it tells so. */
function isWaiting(client: Client): boolean {
  return Reflect.get(client, 'readyForQuery') === false && !client.connection.stream.destroyed;
}
