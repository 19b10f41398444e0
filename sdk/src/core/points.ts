import { Type } from '@sinclair/typebox';
import type { Context, TransactionContext } from '../context.js';
import type { EntityToken, FieldMap } from '../declaration.js';
import { defineExtensionPoint } from '../extension-point.js';
import type { PermissionKey } from '../permissions.js';

/** An entry of the main menu, shown to those who hold the right. Entities have theirs from `menu` of the declaration. */
export interface MenuItem {
  readonly id: string;
  /** Catalogue key. */
  readonly label: string;
  readonly icon: string;
  /** Path of this site. */
  readonly href: string;
  readonly group: 'main' | 'apps';
  /** Lower is higher. */
  readonly order: number;
  readonly permission: PermissionKey;
}

/** Where modules add entries to the main menu. */
export const Menu = defineExtensionPoint<MenuItem>(
  'core.menu',
  Type.Object({
    id: Type.String(),
    label: Type.String(),
    icon: Type.String(),
    href: Type.String({ pattern: '^/' }),
    group: Type.Union([Type.Literal('main'), Type.Literal('apps')]),
    order: Type.Number(),
    permission: Type.String(),
  }),
);

/** One row of an import after parsing: values by field name, those of `fields` below included. */
export type ImportRow = Readonly<Record<string, unknown>>;

/** What a transformation says about one row: the record's values (read-only fields allowed), or why the row is refused. */
export type ImportedRow =
  | { readonly values: Readonly<Record<string, unknown>> }
  | { readonly refused: readonly { readonly field: string; readonly code: string; readonly message: string }[] };

/** Turns rows of an import into records where an entity needs more than a column per field. Set by set: no query per row. */
export interface ImportTransform {
  readonly entity: EntityToken;
  /** Further columns an import may map to, beside the entity's fields. */
  readonly fields: FieldMap;
  /** @returns one answer per row, in their order */
  apply(ctx: Context, rows: readonly ImportRow[]): Promise<readonly ImportedRow[]>;
}

/** Where modules prepare imports of their entities. */
export const ImportTransforms = defineExtensionPoint<ImportTransform>(
  'core.import-transform',
  Type.Object({ fields: Type.Object({}) }),
);

/** A check `trellis doctor` and the plugin's page run: what is wrong and how to mend it, or nothing. */
export interface HealthProbe {
  readonly id: string;
  run(ctx: Context): Promise<readonly { readonly problem: string; readonly fix: string }[]>;
}

/** Where modules report their own health. */
export const HealthProbes = defineExtensionPoint<HealthProbe>('core.health-probe', Type.Object({ id: Type.String() }));

/** What happens to a module's rows when the owner of records leaves: called in the transaction that deactivates the user. */
export interface Reassignment {
  readonly id: string;
  run(tx: TransactionContext, change: { readonly from: string; readonly to: string }): Promise<void>;
}

/** Where modules hand over what refers to a user beyond ownership of records, which core moves itself. */
export const Reassignments = defineExtensionPoint<Reassignment>(
  'core.reassignment',
  Type.Object({ id: Type.String() }),
);

/** What becomes of a module's facts about records that are merged, beyond refs, which core moves itself: called in the transaction of the merge. */
export interface MergeRule {
  readonly id: string;
  readonly entity: EntityToken;
  run(tx: TransactionContext, merge: { readonly winner: string; readonly losers: readonly string[] }): Promise<void>;
}

/** Where modules move what they keep about a record without a ref to it. What they write through records is undone with the merge. */
export const MergeRules = defineExtensionPoint<MergeRule>('core.merge-rule', Type.Object({ id: Type.String() }));
