// Placeholder: the platform branch's file of the same name replaces it as a whole.
/** Checked configuration. */
export interface Config {
  readonly port: number;
}
