export { mergeEndpoints } from './merge-endpoint.js';
export { isMergeable } from './mergeable.js';
