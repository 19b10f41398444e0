export { readInstance, type Instance } from './instance-file.js';
export { supervise, type SupervisorTools } from './supervisor.js';
