export { pairEndpoints } from './pair-endpoints.js';
export { duplicatesJob, registerDuplicateJobs } from './register.js';
