import type { Endpoint } from '../../http/endpoint.js';
import { buildGallery } from '../../views/gallery/gallery.js';
import type { PageDeps } from '../page-call.js';
import { pageEndpoint, showPage } from '../page-endpoint.js';

/** `/dev/ui`: the kit in its states, for whoever writes a plugin on this workspace. */
export function galleryPages(deps: PageDeps): readonly Endpoint[] {
  return [
    pageEndpoint(deps, 'GET /dev/ui', {
      access: 'signed-in',
      handle: ({ request, env }) => Promise.resolve(showPage(buildGallery(request.generation.views, env))),
    }),
  ];
}
