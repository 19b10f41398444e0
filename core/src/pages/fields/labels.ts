import type { EntityToken } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import type { EntityField } from './entity-field.js';

/** The catalogue, in the reader's language. */
export interface LabelTexts {
  /** Looks a text up; null when the module has none. */
  readonly find: (module: string, key: string) => string | null;
  /** Whether the module has texts below a key at all. */
  readonly hasBelow: (module: string, prefix: string) => boolean;
}

/** Names of entities, fields and options in the reader's language; a name nobody translated is made from the declaration. */
export interface Labels {
  /** `Deal` */
  one(entity: EntityToken): string;
  /** `deal`, as it stands inside a sentence. */
  oneInText(entity: EntityToken): string;
  /** `Deals` */
  many(entity: EntityToken): string;
  /** `deals`, as it stands inside a sentence. */
  manyInText(entity: EntityToken): string;
  field(entity: CompiledEntity, field: EntityField): string;
  /** Name of a field inside the entries of a list field. */
  item(entity: CompiledEntity, field: EntityField, item: string): string;
  /** @param item set for a choice inside the entries of a list field */
  option(entity: CompiledEntity, field: EntityField, value: string, item?: string): string;
  /** A name for a value that is a plain text, where the catalogue has one; the value itself otherwise. */
  known(entity: CompiledEntity, field: EntityField, value: string): string;
  /** A line below the control, where the catalogue has one under `<noun>.hints.<field>`. */
  hint(entity: CompiledEntity, field: EntityField): string | null;
}

/** Labels by the naming of the catalogue: `deal.one`, `deal.fields.amount`, `deal.options.status.won`. */
export function createLabels({ find, hasBelow }: LabelTexts, locale: string): Labels {
  // Rows ask for the same few fields.
  const named = new Map<EntityField, boolean>();
  const one = ({ module, noun }: EntityToken): string => find(module, `${noun}.one`) ?? humanise(noun);
  const many = ({ module, noun, plural }: EntityToken): string => find(module, `${noun}.many`) ?? humanise(plural);
  return {
    one,
    oneInText: (entity) => inText(one(entity), locale),
    many,
    manyInText: (entity) => inText(many(entity), locale),
    field: ({ definition: { noun } }, { module, name, path }) =>
      find(module, `${noun}.fields.${name}`) ?? find('core', `record.fields.${path}`) ?? humanise(name),
    item: ({ definition: { noun } }, { module, name }, item) =>
      find(module, `${noun}.fields.${name}.${item}`) ?? humanise(item),
    option({ definition: { noun } }, { module, name }, value, item) {
      const path = item === undefined ? name : `${name}.${item}`;
      return find(module, `${noun}.options.${path}.${value}`) ?? humanise(value);
    },
    known({ definition: { noun } }, field, value) {
      const { module, name } = field;
      let isNamed = named.get(field);
      if (isNamed === undefined) named.set(field, (isNamed = hasBelow(module, `${noun}.options.${name}`)));
      return isNamed ? (find(module, `${noun}.options.${name}.${value}`) ?? value) : value;
    },
    hint: ({ definition: { noun } }, { module, name }) => find(module, `${noun}.hints.${name}`),
  };
}

/** `annualRevenue` and `annual_revenue` become `Annual revenue`. */
export function humanise(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** English writes names of things small inside a sentence, except abbreviations. */
function inText(name: string, locale: string): string {
  return locale.startsWith('en') && !/^.[A-Z]/.test(name) ? name.charAt(0).toLowerCase() + name.slice(1) : name;
}
