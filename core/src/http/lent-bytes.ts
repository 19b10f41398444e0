import type { ServerResponse } from 'node:http';

/** Whether a text is so long that memory for its bytes is lent. */
export function isLong(text: string): boolean {
  return text.length >= leastBytes;
}

/**
 * The bytes of a text that is sent as this answer, in memory that goes from answer to answer. Memory of its own for each would be counted
 * by V8, which sweeps everything whenever 64 MB of it came together: every thousand pages.
 */
export function lendBytes(text: string, answer: ServerResponse): Buffer {
  const length = Buffer.byteLength(text);
  if (length > slotBytes) return Buffer.from(text);
  const slot = free.pop() ?? Buffer.allocUnsafeSlow(slotBytes);
  slot.write(text);
  // Not before the system has taken them. Where that never happens the memory is left to V8.
  answer.once('finish', () => {
    if (free.length < mostFree) free.push(slot);
  });
  return slot.subarray(0, length);
}

const free: Buffer[] = [];
const slotBytes = 128 * 1024;
const leastBytes = 16 * 1024;
/** As many as requests run at once; 8 MB. */
const mostFree = 64;
