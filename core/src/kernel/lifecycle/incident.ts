import type { MarkedCall } from '../crash-marker.js';

/** What incidents are, for people. */
export const incidentTexts = {
  exit: 'it ended the process',
  'exit-refused': 'it tried to end the process',
  standstill: 'the process stood still and was ended',
  memory: 'the process ran out of memory',
  crash: 'the process crashed',
  'stray-error': 'it threw where nobody could catch it',
} as const;

/** What happened to a process while it ran a plugin's code, and to whom it is put down. */
export interface Incident {
  /** UUID; the same incident told again counts once. */
  readonly id: string;
  readonly kind: keyof typeof incidentTexts;
  /** The one who had the thread, or those who waited for something, the most likely first. */
  readonly suspects: readonly MarkedCall[];
  /** More about it, for people: an exit code, an error's message. */
  readonly detail?: string;
}
