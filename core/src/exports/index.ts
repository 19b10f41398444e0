export { entityExportEndpoints, exportEndpoints } from './export-endpoints.js';
export { exportParts, registerExportJobs } from './register.js';
export type { ExportLabels } from './columns.js';
export { exportList, type ExportedFile } from './exports.js';
