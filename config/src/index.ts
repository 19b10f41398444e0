export { StartError } from './start-error.js';

/** Checked configuration. */
export interface Config {
  readonly port: number;
}
