import { Type } from '@sinclair/typebox';
import type { EntityToken } from '../declaration.js';
import { defineExtensionPoint } from '../extension-point.js';
import type { PermissionKey } from '../permissions.js';

interface CommandBase {
  /** Unique within the plugin. */
  readonly id: string;
  /** Catalogue key: what choosing it does, `New deal for this account`. */
  readonly label: string;
  readonly icon: string;
  /** Right without which the command is not there; on a record the right has to reach that record. */
  readonly permission: PermissionKey;
  /** Offered first on the pages of this entity and nowhere else: about the record, or about its list. Everywhere when left out. */
  readonly context?: { readonly entity: EntityToken; readonly on: 'record' | 'list' };
  /** Single keys that choose it on every page where it is offered: `g b`, one after the other. Core's own win over a plugin's. */
  readonly shortcut?: string;
}

/** Something people can do from the command palette. `:id` in its address is the record they are on. */
export type Command = CommandBase &
  (
    | {
        /** Page of this site it leads to. */
        readonly href: string;
        readonly action?: never;
      }
    | {
        /** Page of this site that takes it by POST. */
        readonly action: string;
        readonly href?: never;
      }
  );

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
