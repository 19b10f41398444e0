import { hash, randomBytes } from 'node:crypto';

/** A new secret of 256 bits, as text for cookies, addresses and headers. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What the database keeps of a secret. Its 256 bits cannot be guessed, so a plain hash is enough. */
export function hashSecret(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}

/** The same as text, for keys in memory. */
export function hashSecretText(secret: string): string {
  return hash('sha256', secret, 'base64');
}
