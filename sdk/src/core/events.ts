import { Type } from '@sinclair/typebox';
import { defineEvent, recordEvent } from '../events.js';
import { Uuid } from '../identifiers.js';
import { Account } from './account.js';
import { Contact } from './contact.js';

/** An account was merged into another (`payload.into`): move what refers to it. */
export const AccountMerged = recordEvent(Account, 'merged');

/** A contact was merged into another (`payload.into`): move what refers to it. */
export const ContactMerged = recordEvent(Contact, 'merged');

/** A mail was given up: the recipient's server refused it for good, or nothing took it for days. */
export const MailFailed = defineEvent(
  'core.mail-failed',
  1,
  Type.Object({
    mailId: Uuid,
    /** Where it failed: `dns`, `connection`, `tls`, `authentication`, `recipient` … */
    stage: Type.String(),
    /** Who caused the mail: `user:<id>`, `plugin:<id>` … */
    actor: Type.String(),
  }),
);

/** A webhook sends nothing more: for half a day nothing got through (`failing`), or its receiver wants nothing more (`gone`). */
export const WebhookStopped = defineEvent(
  'core.webhook-stopped',
  1,
  Type.Object(
    { webhookId: Uuid, reason: Type.Union([Type.Literal('failing'), Type.Literal('gone')]) },
    { additionalProperties: false },
  ),
);

/** Somebody was named in an activity who was not before. */
export const UserMentioned = defineEvent('core.user-mentioned', 1, Type.Object({ activity: Uuid, user: Uuid }), {
  order: { entity: 'core.activity', property: 'activity' },
});

/** A plugin was stopped after repeated faults; an administrator enables it again once they are mended. */
export const PluginQuarantined = defineEvent('core.plugin-quarantined', 1, Type.Object({ plugin: Type.String() }));

/** Long work that somebody began is over: an import, a change to many records. */
export const WorkFinished = defineEvent(
  'core.work-finished',
  1,
  Type.Object({
    job: Uuid,
    /** What sort of work it was: `import`, `undo` … */
    kind: Type.String(),
    /** Who began it. */
    owner: Uuid,
    state: Type.Union([Type.Literal('done'), Type.Literal('failed')]),
    /** Units of work there were; null when that was never known. */
    total: Type.Union([Type.Integer(), Type.Null()]),
  }),
);
