import type { Endpoint } from '../../http/endpoint.js';
import type { PageDeps } from '../page-call.js';
import { pageEndpoint } from '../page-endpoint.js';
import { showPalette } from './palette-page.js';
import { showSearch } from './search-page.js';
import { shortcutPages } from './shortcuts-page.js';

/** Finding anything: the search page, the command palette, and the sheet of shortcuts. */
export function findPages(deps: PageDeps): readonly Endpoint[] {
  return [
    pageEndpoint(deps, 'GET /search', { access: 'signed-in', handle: showSearch }),
    pageEndpoint(deps, 'GET /search/palette', { access: 'signed-in', handle: showPalette }),
    ...shortcutPages(deps),
  ];
}
