import { definePlugin } from '@trellis-crm/sdk';
import { createNotes, Note } from './entity.js';
import { createPlantedRoutes } from './routes.js';

const everybody = { manager: 'all', user: 'all', 'read-only': 'all' } as const;

/** A plugin with planted defects: the tests of this folder must find every one. */
export default definePlugin({
  entities: [Note],
  permissions: { 'planted.note:touch': { label: 'touch', grants: everybody } },
  migrations: [createNotes],
  register(host) {
    host.routes(createPlantedRoutes());
  },
});
