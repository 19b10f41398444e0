import type { Migration } from '@trellis-crm/sdk/migrations/v1';
import { createImports } from './20260105090000_create-imports.js';
import { createDemoRecords } from './20260105090100_create-demo-records.js';
import { createDemoLogins } from './20260105090200_create-demo-logins.js';
import { createImportMappings } from './20261123045500_create-import-mappings.js';
import { letImportsStop } from './20261123105000_let-imports-stop.js';
import { widenImports } from './20261123040000_widen-imports.js';

/** Tables of imports and demo data. */
export const importMigrations: readonly Migration[] = [
  createImports,
  createDemoRecords,
  createDemoLogins,
  widenImports,
  createImportMappings,
  letImportsStop,
];
