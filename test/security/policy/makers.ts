import type { Need, Row } from './row.js';

/** For anybody. */
export const open = (answers: readonly number[], needs?: Need): Row => ({
  kind: 'public',
  answers,
  ...(needs && { needs }),
});
/** For whoever has signed in. */
export const signedIn = (answers: readonly number[], needs?: Need): Row => ({
  kind: 'signed-in',
  answers,
  ...(needs && { needs }),
});
/** Things of one's own: those of others do not exist. */
export const own = (answers: readonly number[], needs?: Need): Row => ({
  kind: 'own',
  answers,
  ...(needs && { needs }),
});
/** Administrators of jobs see the imports and change sets of all. */
export const ownImport = (...answers: readonly number[]): Row => ({
  kind: 'own',
  answers,
  overseer: 'core.job:administer',
});
/** The same for change sets. */
export const ownChangeSet = ownImport;
/** For who holds a right. */
export const holding = (right: string, ...answers: readonly number[]): Row => ({ kind: 'right', right, answers });

/** For who administers something of core. */
export const administer = (noun: string, ...answers: readonly number[]): Row =>
  holding(`core.${noun}:administer`, ...answers);

/** For who may change the activity that an address names. */
export const changedActivity = (...answers: readonly number[]): Row => {
  return { kind: 'record', entity: 'core.activity', right: 'core.activity:update', answers };
};
