/** A body as it is sent. */
export interface Content {
  readonly type: string;
  readonly body: string | Uint8Array;
}
