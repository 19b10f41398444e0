export { mergeEndpoints } from './merge-endpoint.js';
