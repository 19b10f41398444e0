import type { PluginLifecycle } from '../../kernel/lifecycle/index.js';
import type { PageDeps } from '../page-call.js';

/** What the pages about plugins draw on; the lifecycle is there once the workspace is open. */
export interface PluginPageDeps extends PageDeps {
  readonly lifecycle: () => PluginLifecycle;
}
