export { webhookEndpoints } from './endpoints.js';
export { registerWebhookJobs, registerWebhooks } from './register.js';
export { sendMessages } from './sender.js';
