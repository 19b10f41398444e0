import type { TSchema } from '@sinclair/typebox';

/** A place other plugins contribute values of type `T` to. A contribution that nobody consumes is inert. */
export interface ExtensionPoint<T> {
  /** `<module>.<name>` */
  readonly id: `${string}.${string}`;
  /** JSON Schema of the contribution's plain part; functions are not described. */
  readonly schema: TSchema;
  /** Type-level only; never set. */
  readonly __type?: T;
}

/**
 * Declares a place to contribute to.
 * @example export const Guidelines = defineExtensionPoint<Guideline>('core.guideline', GuidelineSchema);
 * @since 0.1.0
 */
export function defineExtensionPoint<T>(id: `${string}.${string}`, schema: TSchema): ExtensionPoint<T> {
  return { id, schema };
}
