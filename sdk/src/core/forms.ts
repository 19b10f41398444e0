import { Type } from '@sinclair/typebox';
import type { TransactionContext } from '../context.js';
import { defineExtensionPoint } from '../extension-point.js';
import type { Id } from '../identifiers.js';
import type { PermissionKey } from '../permissions.js';

/** What a question of a web form may be. */
export type FormFieldKind =
  'text' | 'longText' | 'email' | 'phone' | 'url' | 'number' | 'date' | 'choice' | 'choices' | 'checkbox';

/** Something of a target that a question can fill. */
export interface FormTargetField {
  readonly name: string;
  /** Catalogue key. */
  readonly label: string;
  readonly kind: FormFieldKind;
  /** A form without it cannot be published. */
  readonly isRequired?: boolean;
}

/** Where a submission came from; texts of the visitor's browser, so anything may stand in them. */
export interface FormSource {
  /** Site whose page it was sent from, like `https://www.example.com`. */
  readonly origin: string;
  /** Address of the page before, as far as its site tells; may be empty. */
  readonly referrer: string;
  /** `source`, `medium`, `campaign`, `term`, `content` as far as given. */
  readonly utm: Readonly<Record<string, string>>;
}

/** What somebody sent, on its way to the target. */
export interface FormSubmission {
  readonly submissionId: Id;
  readonly formId: Id;
  readonly formName: string;
  readonly source: FormSource;
  /** By target field; only what the form asks for or fixes. Texts, numbers as texts, lists of texts, booleans. */
  readonly values: Readonly<Record<string, string | readonly string[] | boolean>>;
  /** Questions that fill no field of the target, with their answers. */
  readonly questions: readonly { readonly label: string; readonly answer: string }[];
  /** Who is to own what comes of it; null: nobody. */
  readonly owner: Id | null;
}

/** Which record came of a submission. */
export interface FormResult {
  readonly entity: string;
  readonly id: Id;
}

/** What web forms can become. */
export interface FormTarget {
  /** `<module>.<name>`, for ever. */
  readonly id: string;
  /** Catalogue key. */
  readonly label: string;
  readonly fields: readonly FormTargetField[];
  /** All that `write` may do: it acts as the form, which holds these rights and no other. */
  readonly rights: readonly PermissionKey[];
  /** Makes or completes a record. Anybody may have sent the values: what is known already is not replaced by them. */
  write(tx: TransactionContext, submission: FormSubmission): Promise<FormResult>;
}

/** Where modules say what web forms can become. */
export const FormTargets = defineExtensionPoint<FormTarget>(
  'core.form-target',
  Type.Object({
    id: Type.String({ pattern: '^[a-z][a-z0-9-]*\\.[a-z][a-z0-9-]*$' }),
    label: Type.String(),
    fields: Type.Array(Type.Object({ name: Type.String(), label: Type.String(), kind: Type.String() })),
    rights: Type.Array(Type.String()),
  }),
);
