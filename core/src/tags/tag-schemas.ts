import { Type, Uuid } from '@trellis-crm/sdk';
import { longestTag, tagTones, type Tag } from '../records/tags/tag.js';
import type { KeptTag } from './tag-service.js';

/** A name as it comes in; how it is kept the service says. */
export const TagName = Type.String({ minLength: 1, maxLength: 2 * longestTag });

/** Names of tags that records are to have, or no longer. */
export const TagNames = Type.Object(
  { tags: Type.Array(TagName, { minItems: 1, maxItems: 20 }) },
  { additionalProperties: false },
);

/** Colours of tags. */
export const Tone = Type.Union(tagTones.map((tone) => Type.Literal(tone)));

const plain = { id: Uuid, name: Type.String(), tone: Tone };

/** JSON of the tags of a record. */
export const TagsJson = Type.Object(
  { data: Type.Array(Type.Object(plain, { additionalProperties: false })) },
  { additionalProperties: false },
);

/** JSON of a tag by itself. */
export const TagJson = Type.Object(
  {
    ...plain,
    version: Type.Integer(),
    uses: Type.Union([Type.Integer(), Type.Null()], {
      description: 'Records that have it; null for who may not change tags',
    }),
  },
  { additionalProperties: false },
);

/** A new tag. */
export const TagBody = Type.Object({ name: TagName, tone: Type.Optional(Tone) }, { additionalProperties: false });

/** What of a tag is to change. */
export const TagPatch = Type.Partial(TagBody, { additionalProperties: false });

/** The tag that takes the place of another one. */
export const TagMerge = Type.Object({ into: Uuid }, { additionalProperties: false });

/** Presents a tag by itself. How often it is used tells of records that not everybody may see. */
export function presentTag({ id, name, tone, version, uses }: KeptTag, showsUses: boolean): object {
  return { id, name, tone, version, uses: showsUses ? uses : null };
}

/** Presents the tags of a record. */
export function presentTags(tags: readonly Tag[]): object {
  return { data: tags.map(({ id, name, tone }) => ({ id, name, tone })) };
}
