import { Type, type TObject, type TString } from '@sinclair/typebox';
import type { EntityToken } from '../declaration.js';
import { Uuid } from '../identifiers.js';
import { defineSlot, type SlotDefinition } from '../slot.js';
import { Account } from './account.js';
import { Contact } from './contact.js';

/** Schema of a record page's slot: the record the page is about. */
export type RecordSlotSchema = TObject<{ id: TString }>;

/** The slot of an entity's record page, there for every entity. @since 0.1.0 */
export function panelsOf(entity: EntityToken): SlotDefinition<RecordSlotSchema> {
  return defineSlot(`${entity.module}.${entity.noun}-panels`, Type.Object({ id: Uuid }));
}

/** Panels on an account's page. */
export const AccountPanels = panelsOf(Account);

/** Panels on a contact's page. */
export const ContactPanels = panelsOf(Contact);

/** Panels on the home page. */
export const HomePanels = defineSlot('core.home-panels', Type.Object({}));
