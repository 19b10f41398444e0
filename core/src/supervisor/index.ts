export { readInstance, type Instance } from './instance-file.js';
export { listenForStop } from './stop-request.js';
export { supervise, type SupervisorTools } from './supervisor.js';
