export { FileStore, fileTooLarge } from './file-store.js';
export type { ReceivedContent } from './content-folder.js';
export { fileEndpoints } from './file-endpoints.js';
export { receiveForm } from './read-files.js';
export { registerFileJobs, registerFiles } from './register.js';
