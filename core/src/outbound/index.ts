export type { OutboundResponse } from './message.js';
export { Outbound } from './outbound.js';
export { registerOutbound } from './register.js';
