export { checkArchive } from './check-archive.js';
export { createBackup } from './create-backup.js';
export { noteBackup, readLastBackup } from './last-backup.js';
export { restoreBackup, type RestoredArchive } from './restore-backup.js';
