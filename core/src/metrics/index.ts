export { createMetrics } from './create-metrics.js';
export { Metrics, type AnsweredRequest, type MetricsSnapshot } from './metrics.js';
