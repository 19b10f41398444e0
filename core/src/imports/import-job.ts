/** Name of the job that runs an import. */
export const importJob = 'import';
