export { entityImportEndpoints, importEndpoints } from './api/import-endpoints.js';
export { Imports, type RunOptions } from './import-service.js';
export type { ImportRecord } from './import-record.js';
export type { ImportProblem } from './import-problem.js';
export { parseMapping } from './mapping/parse-mapping.js';
export type { ImportMapping } from './mapping/mapping.js';
export type { ImportRequest } from './receive-import.js';
export { registerImportJobs, registerImports } from './register.js';
