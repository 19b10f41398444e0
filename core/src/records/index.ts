export { compileEntity } from './compile-entity.js';
export type { CompiledEntity, CompiledField, CompiledList, OwnedExtension } from './compiled-entity.js';
export { findDrift, type Drift } from './drift.js';
export type { ExpectedColumn, ExpectedTable } from './expected-tables.js';
export { buildOpenApi } from './openapi.js';
export { createRecordRoom, type RecordParts, type RecordRoom } from './record-room.js';
export { forgetModule } from './search/search-builds.js';
export { removeFromSearch } from './search/save-search.js';
export { createSearchUpkeep, rebuildJob, SearchUpkeep } from './search/search-upkeep.js';
