import { Commands, type Command } from '@trellis-crm/sdk';
import type { PageCall } from '../../page-call.js';
import type { CommandView } from './command-view.js';

/** Which commands are asked for: those for every page, or those about records or the list of one entity. */
export type CommandPlace = { readonly entity: string; readonly on: 'record' | 'list' } | null;

/** Commands that modules contribute to a place, for whoever holds their rights. @param record the record one is on, with its id */
export function contributedCommands(
  { request: { generation, identity }, ctx, t }: PageCall,
  place: CommandPlace,
  record: { readonly id: string } | null = null,
): readonly CommandView[] {
  const contributed = (generation.contributions.get(Commands.id) ?? []).map(({ module, value }) => ({
    module,
    command: value as Command,
  }));
  const mayBe = ({ permission }: Command): boolean => {
    if (identity.reach(permission) === null) return false;
    // A right to other records is not measured by this one.
    const isAboutRecord = record !== null && place !== null && permission.startsWith(`${place.entity}:`);
    return !isAboutRecord || ctx.can(permission, record);
  };
  return contributed
    .filter(({ command }) => isOffered(command, place) && mayBe(command))
    .map(({ module, command }) => ({
      label: t(`${module}:${command.label}`),
      icon: command.icon,
      ...addressOf(command, record),
      ...(command.shortcut !== undefined && { shortcut: command.shortcut }),
    }));
}

function isOffered({ context }: Command, place: CommandPlace): boolean {
  if (context === undefined || place === null) return context === undefined && place === null;
  return context.entity.id === place.entity && context.on === place.on;
}

function addressOf(
  { href, action }: Command,
  record: { readonly id: string } | null,
): Pick<CommandView, 'href' | 'action'> {
  const filled = (path: string): string => (record === null ? path : path.replaceAll(':id', record.id));
  return href === undefined ? { action: filled(action) } : { href: filled(href) };
}
