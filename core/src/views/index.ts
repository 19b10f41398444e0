export { createAssetRegistry, type AssetRegistry, type AssetResponse } from './asset-registry.js';
export { coreAssetsDir, readCoreAssets, type AssetFile } from './asset-files.js';
export { coreIconsDir, coreViewSource } from './core-view-source.js';
export { createFormatters, type Formatters, type MoneyValue } from './formatters.js';
export { buildGallery } from './gallery/gallery.js';
export { createIconSet, type IconSet } from './icon.js';
export {
  createMessageCatalogue,
  readMessages,
  type MessageCatalogue,
  type Messages,
  type MissingMessage,
} from './message-catalogue.js';
export type { Breadcrumb, MenuEntry, MenuGroup, PageBlock, PageModel, ShellModel } from './page-model.js';
export { escapeHtml, SafeHtml } from './safe-html.js';
export { TemplateError } from './template-check.js';
export { createViewEngine, type ViewEngine, type ViewEngineOptions, type ViewSource } from './view-engine.js';
export type { Theme, ViewEnv } from './view-env.js';
