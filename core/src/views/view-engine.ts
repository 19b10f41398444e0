// Placeholder of the interface only: the uikit branch's file of the same name replaces it as a whole.
/** Renders templates of one generation. */
export interface ViewEngine {
  render(template: string, context: object, env: object): unknown;
}
