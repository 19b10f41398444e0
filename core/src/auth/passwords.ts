import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';
import type { InjectionToken } from 'tsyringe';
import { WorkQueue } from './work-queue.js';

/** Hashes and checks passwords. */
export interface Passwords {
  /** PHC string `$scrypt$ln=…,r=…,p=…$salt$hash`. */
  hash(password: string): Promise<string>;
  /** Whether it is the password. A missing hash costs the same time as a wrong password, so nobody learns who has an account. */
  verify(password: string, hash: string | null): Promise<boolean>;
  /** Whether a hash was made with weaker parameters than those of today. */
  isOutdated(hash: string): boolean;
}

/** The workspace's password hashing. */
export const Passwords: InjectionToken<Passwords> = Symbol('Passwords');

/** Cost of a hash: 2^17 rounds take 0.4 s and 128 MiB. Tests take fewer. */
export interface PasswordCost {
  readonly log2Rounds: number;
}

/** Creates the hashing; at most two hashes are computed at once, since each takes 128 MiB. */
export function createPasswords({ log2Rounds }: PasswordCost = { log2Rounds: 17 }): Passwords {
  const queue = new WorkQueue({ concurrent: 2, waiting: 50 });
  const parameters: Parameters = { log2Rounds, blockSize: 8, parallel: 1 };
  const noSalt = randomBytes(16);
  const compute = (password: string, salt: Buffer, used: Parameters): Promise<Buffer> =>
    queue.run(() => derive(password, salt, used));
  return {
    async hash(password) {
      const salt = randomBytes(16);
      return toPhc(parameters, salt, await compute(password, salt, parameters));
    },
    async verify(password, hash) {
      const parsed = hash === null ? null : parsePhc(hash);
      const computed = await compute(password, parsed?.salt ?? noSalt, parsed?.parameters ?? parameters);
      return parsed !== null && timingSafeEqual(computed, parsed.hash);
    },
    isOutdated(hash) {
      const parsed = parsePhc(hash);
      return parsed === null || parsed.parameters.log2Rounds < log2Rounds;
    },
  };
}

interface Parameters {
  readonly log2Rounds: number;
  readonly blockSize: number;
  readonly parallel: number;
}

const keyBytes = 32;

function derive(password: string, salt: Buffer, parameters: Parameters): Promise<Buffer> {
  const options: ScryptOptions = {
    N: 2 ** parameters.log2Rounds,
    r: parameters.blockSize,
    p: parameters.parallel,
    maxmem: 256 * 2 ** parameters.log2Rounds * parameters.blockSize,
  };
  return new Promise((resolve, reject) => {
    // The same characters typed on two keyboards may arrive composed differently.
    scrypt(password.normalize('NFKC'), salt, keyBytes, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

function toPhc({ log2Rounds, blockSize, parallel }: Parameters, salt: Buffer, hash: Buffer): string {
  return `$scrypt$ln=${log2Rounds},r=${blockSize},p=${parallel}$${encode(salt)}$${encode(hash)}`;
}

function parsePhc(text: string): { parameters: Parameters; salt: Buffer; hash: Buffer } | null {
  const match = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w+/]+)\$([\w+/]+)$/.exec(text);
  if (match === null) return null;
  const [, log2Rounds, blockSize, parallel, salt = '', hash = ''] = match;
  const parameters = { log2Rounds: Number(log2Rounds), blockSize: Number(blockSize), parallel: Number(parallel) };
  const decoded = Buffer.from(hash, 'base64');
  return decoded.length === keyBytes ? { parameters, salt: Buffer.from(salt, 'base64'), hash: decoded } : null;
}

function encode(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
