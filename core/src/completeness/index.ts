export { completenessOperators } from './completeness-condition.js';
export { completenessPath, hasCompleteness } from './completeness-part.js';
export { completenessOf, countableFields, type Weights } from './completeness.js';
export { completenessEndpoints } from './completeness-endpoints.js';
