import { randomFillSync } from 'node:crypto';
import type { Id } from '@trellis-crm/sdk';

/** A new UUIDv7 (RFC 9562). Within a process each one sorts after those made before, also within one millisecond. */
export function uuidV7(): Id {
  last = later(last, Date.now());
  const hex = nextRandom();
  if (last.millisecond !== beginning.millisecond) beginning = beginningOf(last.millisecond);
  const count = (0x7000 | last.count).toString(16);
  const variant = (0x8 | (Number.parseInt(hex.charAt(0), 16) & 0x3)).toString(16);
  return `${beginning.text}${count}-${variant}${hex.slice(1, 4)}-${hex.slice(4)}`;
}

/** The lowest UUIDv7 of a moment: ids made before it sort lower. */
export function uuidV7Floor(moment: Date): Id {
  return format(`${moment.getTime().toString(16).padStart(12, '0')}70008${'0'.repeat(15)}`);
}

/** Last moment used and how many ids were made in it; per process on purpose, since order within a process is the promise. */
let last: Tick = { millisecond: 0, count: 0 };

/** What the ids of one millisecond begin with: many are made in each. */
let beginning = beginningOf(0);

function beginningOf(millisecond: number): { readonly millisecond: number; readonly text: string } {
  const time = millisecond.toString(16).padStart(12, '0');
  return { millisecond, text: `${time.slice(0, 8)}-${time.slice(8)}-` };
}

/** Eight random bytes as hex. Asking the system for many at once costs as much as for a few; each is used once. */
function nextRandom(): string {
  if (unused === random.length) {
    randomFillSync(random);
    unused = 0;
  }
  unused += randomBytes;
  return random.toString('hex', unused - randomBytes, unused);
}

const randomBytes = 8;
const random = Buffer.alloc(256 * randomBytes);
let unused = random.length;
const maxCount = 0xfff;

interface Tick {
  readonly millisecond: number;
  readonly count: number;
}

/** A clock that stands still or goes back continues in the last moment; a full moment borrows from the next. */
function later(previous: Tick, now: number): Tick {
  if (now > previous.millisecond) return { millisecond: now, count: 0 };
  if (previous.count < maxCount) return { millisecond: previous.millisecond, count: previous.count + 1 };
  return { millisecond: previous.millisecond + 1, count: 0 };
}

function format(hex: string): Id {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
