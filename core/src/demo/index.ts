export { DemoData, type DemoLogin } from './demo-data.js';
export { demoEndpoints } from './demo-endpoints.js';
export { registerDemoData } from './register.js';
export type { RemovalReport } from './remove-demo.js';
