import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InjectionToken } from 'tsyringe';
import { uuidV7 } from '../database/uuid-v7.js';

/** A sealed text as it is stored: version, nonce, tag and ciphertext in base64. */
export interface SealedText {
  readonly $sealed: string;
}

/** Seals texts that only this installation may read, for rows that backups and copies of the database carry along. */
export interface SecretBox {
  seal(text: string): SealedText;
  /** @returns undefined when it was sealed by an installation with another key, or changed */
  open(sealed: SealedText): string | undefined;
}

/** The installation's box of secrets, in the workspace's container. */
export const SecretBox: InjectionToken<SecretBox> = Symbol('SecretBox');

/** Whether a stored value is a sealed text. */
export function isSealed(value: unknown): value is SealedText {
  return typeof value === 'object' && value !== null && '$sealed' in value && typeof value.$sealed === 'string';
}

/** Uses the key in `<dataDir>/secrets.key`, made when first needed; processes on several machines need the same file. */
export function createSecretBox(dataDir: string): SecretBox {
  let key: Buffer | undefined;
  const keyOf = (): Buffer => (key ??= readOrMakeKey(dataDir));
  return {
    seal(text) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', keyOf(), nonce);
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return { $sealed: ['v1', nonce, cipher.getAuthTag(), sealed].map(toText).join('.') };
    },
    open({ $sealed }) {
      const [version, ...parts] = $sealed.split('.');
      const [nonce, tag, sealed] = parts.map((part) => Buffer.from(part, 'base64'));
      if (version !== 'v1' || nonce === undefined || tag === undefined || sealed === undefined) return undefined;
      return decrypt(keyOf(), { nonce, tag, sealed });
    },
  };
}

const nonceBytes = 12;

function decrypt(
  key: Buffer,
  { nonce, tag, sealed }: Readonly<Record<'nonce' | 'tag' | 'sealed', Buffer>>,
): string | undefined {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 });
    decipher.setAuthTag(tag);
    return Buffer.concat([decipher.update(sealed), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}

/** The first process to need a key makes it, whole or not at all; one that comes second at that moment takes the first one's. */
function readOrMakeKey(dataDir: string): Buffer {
  const path = join(dataDir, 'secrets.key');
  if (existsSync(path)) return readFileSync(path);
  const draft = `${path}.${uuidV7()}`;
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(draft, randomBytes(32), { flag: 'wx', mode: 0o600 });
  try {
    linkSync(draft, path);
  } catch (error) {
    if (!existsSync(path)) throw error;
  } finally {
    unlinkSync(draft);
  }
  return readFileSync(path);
}

function toText(part: string | Buffer): string {
  return typeof part === 'string' ? part : part.toString('base64');
}
