import { recordEvent } from '../events.js';
import { Account } from './account.js';
import { Contact } from './contact.js';

/** An account was merged into another (`payload.into`): move what refers to it. */
export const AccountMerged = recordEvent(Account, 'merged');

/** A contact was merged into another (`payload.into`): move what refers to it. */
export const ContactMerged = recordEvent(Contact, 'merged');
