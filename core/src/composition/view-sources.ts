import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Registrations } from '../kernel/index.js';
import {
  coreIconsDir,
  coreViewSource,
  createIconSet,
  createViewEngine,
  readMessages,
  type AssetRegistry,
  type ViewEngine,
  type ViewSource,
} from '../views/index.js';

/** Makes the view engine of a generation; icons and assets are shared by all of them. */
export function viewEngines(assets: AssetRegistry, log: Logger): (modules: readonly Registrations[]) => ViewEngine {
  const icons = createIconSet(coreIconsDir);
  const core = coreViewSource();
  return (modules) =>
    createViewEngine({
      sources: [core, ...modules.filter(({ module }) => module !== 'core').map(sourceOf)],
      assets,
      icons,
      onMissingMessage: (missing) => log.warn({ ...missing }, 'a text is missing from the catalogue'),
    });
}

/** A module made in memory has neither templates nor texts. */
function sourceOf({ module, folder }: Registrations): ViewSource {
  if (folder === null) return { namespace: module };
  const viewsDir = join(folder, 'views');
  const localesDir = join(folder, 'locales');
  return {
    namespace: module,
    ...(existsSync(viewsDir) ? { viewsDir } : {}),
    ...(existsSync(localesDir) ? { messages: readMessages(localesDir) } : {}),
  };
}
