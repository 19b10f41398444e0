export type {
  Migration,
  MigrationPhase,
  MigrationStep,
  SchemaEditor,
  TableEditor,
  ColumnEditor,
} from '../../migration.js';
export { recordColumns } from './record-columns.js';
export {
  keptAnswers,
  money,
  references,
  listTable,
  storedLists,
  sideTable,
  listIndexes,
  recordIndexes,
} from './columns.js';
