import { Type } from '@sinclair/typebox';
import type { EntityToken } from '../declaration.js';
import { defineExtensionPoint } from '../extension-point.js';
import type { PermissionKey } from '../permissions.js';

interface CommandBase {
  /** Unique within the plugin. */
  readonly id: string;
  /** Catalogue key: what choosing it does, `New deal with this account`. */
  readonly label: string;
  readonly icon: string;
  /** Right without which the command is not there; a right to the context's entity has to reach the record one is on. */
  readonly permission: PermissionKey;
}

/** Offered on every page, or first on the pages of one entity and nowhere else. */
type CommandPlace =
  | {
      readonly context?: never;
      /** Single keys that choose it on every page, one after the other: `g b`. They go before the letters that core gives to places of the menu. */
      readonly shortcut?: string;
    }
  | {
      /** About a record of the entity, or about its list. */
      readonly context: { readonly entity: EntityToken; readonly on: 'record' | 'list' };
      readonly shortcut?: never;
    };

/** A page of this site that it leads to, or one that takes it by POST. */
type CommandAct =
  { readonly href: string; readonly action?: never } | { readonly action: string; readonly href?: never };

/** Something people can do from the command palette. `:id` in its address is the record they are on. */
export type Command = CommandBase & CommandPlace & CommandAct;

const path = Type.String({ pattern: '^/' });

/**
 * Where modules add commands to the palette. Going to the list of an entity, adding a record, editing and deleting the one at hand
 * are there for every entity, and every entry of the menu too.
 * @example host.contribute(Commands, { id: 'new-deal', label: 'commands.newDeal', icon: 'plus', permission: 'sales.deal:create', context: { entity: Account, on: 'record' }, href: '/sales/deals/new?account=:id' })
 * @since 0.1.0
 */
export const Commands = defineExtensionPoint<Command>(
  'core.command',
  Type.Object({
    id: Type.String(),
    label: Type.String(),
    icon: Type.String(),
    permission: Type.String(),
    context: Type.Optional(Type.Object({ on: Type.Union([Type.Literal('record'), Type.Literal('list')]) })),
    shortcut: Type.Optional(Type.String({ pattern: '^[a-z]( [a-z])?$' })),
    href: Type.Optional(path),
    action: Type.Optional(path),
  }),
);
