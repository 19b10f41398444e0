import { uuidV7 } from '../../database/uuid-v7.js';

/** What stands about a record in its audit row and event; `changed` names fields of an update, and the owner of what somebody else created for them. */
export function notesOf(changes: object, changed: readonly string[], cause: string | null): object {
  return {
    '~audit': uuidV7(),
    '~event': uuidV7(),
    '~changes': changes,
    '~changed': changed.length === 0 ? undefined : changed,
    '~cause': cause ?? undefined,
  };
}
