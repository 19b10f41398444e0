import { Type, type Static } from '@trellis-crm/sdk';
import { pluginIdPattern } from '../registration-checks.js';

const range = Type.String({ minLength: 1, description: 'a version range such as "^1.2.0"' });
const id = Type.String({
  pattern: pluginIdPattern.source,
  description: 'lower-case letters, digits and "-", 3 to 31 characters, beginning with a letter',
});
const closed = { additionalProperties: false };

/** JSON Schema of `package.json#trellis`: what a person writes about a plugin. */
export const PackageSection = Type.Object(
  {
    id,
    kind: Type.Literal('plugin', { description: '"plugin"' }),
    /** Versions of the SDK it was written for. */
    sdk: range,
    /** Plugins it cannot do without, by id. */
    requires: Type.Optional(Type.Record(Type.String({ pattern: pluginIdPattern.source }), range, closed)),
    /** Plugins it makes use of when they are there, by id. */
    optional: Type.Optional(Type.Record(Type.String({ pattern: pluginIdPattern.source }), range, closed)),
    /** Rights on others' entities it holds when it acts as itself. */
    capabilities: Type.Optional(
      Type.Array(
        Type.String({
          pattern: '^[a-z][a-z0-9-]*\\.[a-z0-9_.-]+:[a-z-]+$',
          description: 'a right such as "core.account:read"',
        }),
        { uniqueItems: true },
      ),
    ),
    market: Type.Optional(
      Type.Object(
        {
          title: Type.Optional(Type.String({ minLength: 1, maxLength: 80 })),
          summary: Type.Optional(Type.String({ maxLength: 300 })),
          icon: Type.Optional(Type.String({ description: 'the name of an icon' })),
          categories: Type.Optional(Type.Array(Type.String())),
          homepage: Type.Optional(Type.String({ pattern: '^https://', description: 'an https address' })),
        },
        closed,
      ),
    ),
  },
  { ...closed, description: 'an object' },
);

/** What a person writes about a plugin. */
export type PackageSection = Static<typeof PackageSection>;

/** JSON Schema of the parts of a plugin's `package.json` that matter here; npm's own keys are npm's business. */
export const PackageJson = Type.Object({
  name: Type.String({ minLength: 1, description: 'the name of the package' }),
  version: Type.String({
    pattern: '^\\d+\\.\\d+\\.\\d+(-[0-9A-Za-z.-]+)?$',
    description: 'a semantic version such as "1.2.0"',
  }),
  description: Type.Optional(Type.String()),
  exports: Type.Object({ '.': Type.Unknown() }, { description: 'an object with the key "."' }),
  dependencies: Type.Optional(Type.Record(Type.String(), Type.String())),
  trellis: PackageSection,
});

/** A plugin's `package.json`. */
export type PackageJson = Static<typeof PackageJson>;
