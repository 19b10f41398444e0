export { DealLost, DealWon } from './events.js';
export { PipelineContract, type OpenPipeline, type PipelineReader } from './pipeline.js';
