import type { Endpoint } from '../../http/endpoint.js';
import type { PageDeps } from '../page-call.js';
import { pageEndpoint } from '../page-endpoint.js';
import { showSearch } from './search-page.js';

/** Finding anything: the search page. */
export function findPages(deps: PageDeps): readonly Endpoint[] {
  return [pageEndpoint(deps, 'GET /search', { access: 'signed-in', handle: showSearch })];
}
