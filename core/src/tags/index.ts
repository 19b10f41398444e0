export { recordTagEndpoints } from './record-tag-endpoints.js';
export { tagEndpoints } from './tag-endpoints.js';
