import type { Endpoint } from '../http/endpoint.js';
import { deadLetterPages } from './dead-letters/dead-letters-page.js';
import { galleryPages } from './gallery/gallery-page.js';
import { homePages } from './home/home-page.js';
import { mePages } from './me/me-page.js';
import type { PluginPageDeps } from './plugins/plugin-page-deps.js';
import { pluginPages } from './plugins/plugins-page.js';

/** What core's own pages draw on. */
export type CorePageDeps = PluginPageDeps;

/** Core's own pages, which belong to no entity: the same in every generation. */
export function corePageEndpoints(deps: CorePageDeps): readonly Endpoint[] {
  return [...homePages(deps), ...mePages(deps), ...pluginPages(deps), ...deadLetterPages(deps), ...galleryPages(deps)];
}
