export { ownedBetween } from './feed-store.js';
export { calendarEndpoints } from './feed-endpoints.js';
