import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

import { coreAssetsDir } from './asset-files.js';
import { readMessages } from './message-catalogue.js';
import type { ViewSource } from './view-engine.js';

/** Where core's icons lie; the argument of `createIconSet`. */
export const coreIconsDir = join(coreAssetsDir, 'icons');

/** Core's own templates, kit and texts: the first source of every engine. */
export function coreViewSource(): ViewSource {
  return {
    namespace: 'core',
    viewsDir: fileURLToPath(new URL('../../views', import.meta.url)),
    messages: readMessages(fileURLToPath(new URL('../../locales', import.meta.url))),
  };
}
