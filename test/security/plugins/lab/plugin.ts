import { definePlugin } from '@trellis-crm/sdk';
import { accountExtension, Shelf, Specimen } from './entities.js';
import { createLab } from './migrations.js';

/** Entities with narrow rights and restricted fields, for the access matrix and the fuzzer. */
export default definePlugin({
  entities: [Specimen, Shelf],
  extend: [accountExtension],
  migrations: [createLab],
  register: () => undefined,
});
