export { createAssetRegistry, type AssetRegistry } from './asset-registry.js';
export { coreIconsDir, coreViewSource } from './core-view-source.js';
export { createIconSet } from './icon.js';
export { readMessages } from './message-catalogue.js';
export type { MenuEntry, MenuGroup, PageBlock, PageModel, ShellModel } from './page-model.js';
export { SafeHtml } from './safe-html.js';
export { createViewEngine, type ViewEngine, type ViewSource } from './view-engine.js';
export type { ViewEnv } from './view-env.js';
