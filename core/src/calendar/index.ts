export { calendarEndpoints } from './feed-endpoints.js';
