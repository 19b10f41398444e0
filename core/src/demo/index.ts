export { DemoData } from './demo-data.js';
export { demoEndpoints } from './demo-endpoints.js';
export { registerDemoData } from './register.js';
