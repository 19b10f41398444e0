/** Kind of the change sets that merge. */
export const mergeKind = 'merge';
