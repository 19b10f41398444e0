import { DemoData } from '../demo/index.js';
import type { PluginLifecycle } from '../kernel/lifecycle/index.js';
import type { SetupHooks } from '../setup/index.js';
import type { Workspace } from '../workspace/workspace.js';

/** What the first set-up may enable, and how it does that. */
export function setupHooks({ container }: Workspace, lifecycle: () => PluginLifecycle): SetupHooks {
  return {
    async modules() {
      const offered = (await lifecycle().list()).filter(({ state }) => state === 'staged' || state === 'disabled');
      return offered.map(({ id, title, summary }) => ({ id, title, summary }));
    },
    async finish({ modules, wantsDemo }) {
      for (const id of modules) await lifecycle().enable(id, 'operator', { withRequired: true });
      if (wantsDemo) await container.resolve(DemoData).add({ canSignIn: false });
    },
  };
}
