import { Type } from '@sinclair/typebox';
import { defineEvent, recordEvent } from '../events.js';
import { Uuid } from '../identifiers.js';
import { Account } from './account.js';
import { Contact } from './contact.js';

/** An account was merged into another (`payload.into`): move what refers to it. */
export const AccountMerged = recordEvent(Account, 'merged');

/** A contact was merged into another (`payload.into`): move what refers to it. */
export const ContactMerged = recordEvent(Contact, 'merged');

/** A webhook sends nothing more: for half a day nothing got through (`failing`), or its receiver wants nothing more (`gone`). */
export const WebhookStopped = defineEvent(
  'core.webhook-stopped',
  1,
  Type.Object(
    { webhookId: Uuid, reason: Type.Union([Type.Literal('failing'), Type.Literal('gone')]) },
    { additionalProperties: false },
  ),
);
