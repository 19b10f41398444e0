import { Type, Uuid, type FormFieldKind, type FormSource, type Id, type Static } from '@trellis-crm/sdk';

/** What a question may be. */
export const fieldKinds = [
  'text',
  'longText',
  'email',
  'phone',
  'url',
  'number',
  'date',
  'choice',
  'choices',
  'checkbox',
] as const satisfies readonly FormFieldKind[];

const literals = <T extends string>(values: readonly T[]) => Type.Union(values.map((value) => Type.Literal(value)));

/** A question of a form, or a fixed value that goes along unseen. */
export const FormFieldSchema = Type.Object(
  {
    /** Name of its control; letters, digits and `_`. */
    key: Type.String({ pattern: '^[a-z][a-z0-9_]{0,39}$' }),
    label: Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' }),
    kind: literals(fieldKinds),
    /** Field of the target that it fills; null: a question of its own. */
    target: Type.Union([Type.String({ maxLength: 60 }), Type.Null()]),
    isRequired: Type.Boolean(),
    help: Type.String({ maxLength: 500 }),
    /** What one may choose from. */
    options: Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 100, uniqueItems: true }),
    isHidden: Type.Boolean(),
    /** What a hidden one always says; nothing that is sent changes it. */
    value: Type.String({ maxLength: 500 }),
  },
  { additionalProperties: false },
);

/** Who is to own what comes of a form. `field`: the answer to a question decides, by its text. */
export const RoutingSchema = Type.Union([
  Type.Object({ kind: Type.Literal('nobody') }, { additionalProperties: false }),
  Type.Object({ kind: Type.Literal('user'), user: Uuid }, { additionalProperties: false }),
  Type.Object({ kind: Type.Literal('team'), team: Uuid }, { additionalProperties: false }),
  Type.Object(
    {
      kind: Type.Literal('field'),
      field: Type.String({ maxLength: 40 }),
      users: Type.Record(Type.String({ maxLength: 200 }), Uuid, { maxProperties: 100 }),
    },
    { additionalProperties: false },
  ),
]);

const contentFields = {
  fields: Type.Array(FormFieldSchema, { minItems: 1, maxItems: 50 }),
  intro: Type.String({ maxLength: 2000 }),
  submitLabel: Type.String({ maxLength: 60 }),
  thanks: Type.String({ maxLength: 2000 }),
  /** Where people go afterwards instead of reading `thanks`. */
  redirectUrl: Type.Union([Type.String({ maxLength: 1000, pattern: '^https?://\\S+$' }), Type.Null()]),
  /** Sites that may embed it and send to it, as `https://www.example.com`; kept as browsers name them. */
  origins: Type.Array(Type.String({ pattern: '^https?://[^\\s/?#@;,]+/?$', maxLength: 200 }), {
    maxItems: 20,
    uniqueItems: true,
  }),
  /** Nothing comes of it before the address that was given is confirmed by mail. */
  needsConfirmation: Type.Boolean(),
  routing: RoutingSchema,
};

/** What a form asks and what happens with the answers. */
export const FormContentSchema = Type.Object(contentFields, { additionalProperties: false });

const head = {
  name: Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' }),
  /** Last part of its address. */
  slug: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{1,60}$' }),
  target: Type.String({ maxLength: 100 }),
  /** Only `live` ones are shown and take answers. */
  state: literals(['draft', 'live']),
};

/** What makes a form; what is left out gets a default. */
export const FormBody = Type.Composite(
  [
    Type.Object({ name: head.name, slug: head.slug, target: head.target }),
    Type.Partial(Type.Object({ state: head.state, ...contentFields })),
  ],
  { additionalProperties: false },
);

/** What changes one. */
export const FormPatchBody = Type.Partial(Type.Object({ ...head, ...contentFields }), { additionalProperties: false });

/** A question or fixed value. */
export type FormField = Static<typeof FormFieldSchema>;
/** What stands in a form. */
export type FormContent = Static<typeof FormContentSchema>;
/** Input of a new form. */
export type FormDraft = Static<typeof FormBody>;
/** Input of a change. */
export type FormPatch = Static<typeof FormPatchBody>;

/** A web form. */
export interface Form {
  readonly id: Id;
  readonly version: number;
  readonly name: string;
  readonly slug: string;
  readonly target: string;
  readonly state: 'draft' | 'live';
  readonly content: FormContent;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What somebody answered, by key of the question. */
export type Answers = Readonly<Record<string, string | readonly string[] | boolean>>;

/**
 * `unconfirmed` waits for its mail, `received` to become a record, which `written` has; `failed` could not and may be tried
 * again; `spam` looked like a machine's and is left alone.
 */
export type SubmissionState = 'unconfirmed' | 'received' | 'written' | 'failed' | 'spam';

/** What somebody sent. */
export interface Submission {
  readonly id: Id;
  /** Grows with time; key of the pages. */
  readonly number: string;
  readonly formId: Id;
  readonly state: SubmissionState;
  readonly answers: Answers;
  readonly source: FormSource;
  /** Code and text of why it could not become a record. */
  readonly reason: { readonly code: string; readonly message: string } | null;
  readonly targetEntity: string | null;
  readonly targetId: Id | null;
  readonly createdAt: Date;
}
