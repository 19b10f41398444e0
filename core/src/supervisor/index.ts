export { readInstance, type Instance } from './instance-file.js';
export { superviseWorker } from './supervise-worker.js';
export { supervise, type SupervisorTools } from './supervisor.js';
