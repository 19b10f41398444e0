/** Whether this run does everything: `npm run test:full` does, `npm test` a small share with the same seeds. */
export const isFullRun = process.env['TEST_SCALE'] === 'full';

/** How often something is tried: `full` times by `npm run test:full`, a twentieth of it (rounded up) by `npm test`, unless a share is named. */
export function timesOf(full: number, small = Math.ceil(full / 20)): number {
  return isFullRun ? full : small;
}

/** Numbers between 0 (inclusive) and 1 that are the same in every run of a seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
