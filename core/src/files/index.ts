export { FileStore } from './file-store.js';
export { fileEndpoints } from './file-endpoints.js';
export { registerFileJobs, registerFiles } from './register.js';
