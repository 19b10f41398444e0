export { completenessOf, countableFields, type Weights } from './completeness.js';
export { completenessEndpoints } from './completeness-endpoints.js';
