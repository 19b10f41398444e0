export type { ViewState, Visibility } from './saved-view.js';
export { viewEndpoints } from './view-endpoints.js';
export { registerSavedViews } from './register.js';
export { administerViews, SavedViews, type ToldView } from './view-service.js';
