import type { Static, TObject } from '@sinclair/typebox';

/** Settings of a plugin, edited on its page: a JSON Schema with a default for every property. `secret: true` on a property keeps it encrypted and write-only. */
export interface SettingsDefinition<S extends TObject = TObject> {
  readonly schema: S;
}

/**
 * Declares the settings of a plugin; read them with `ctx.settings(definition)`.
 * @since 0.1.0
 */
export function defineSettings<S extends TObject>(schema: S): SettingsDefinition<S> {
  return { schema };
}

/** Values of a settings definition. */
export type SettingsOf<D> = D extends SettingsDefinition<infer S> ? Static<S> : never;
