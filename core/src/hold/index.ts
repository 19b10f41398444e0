export { holdEndpoint } from './hold-endpoint.js';
export { createHold, Hold, releaseHold, type HoldState } from './hold.js';
