import { NotificationKinds, type NotificationKind, type PluginHost } from '@trellis-crm/sdk';

/** What core tells people of itself. */
const coreKinds: readonly NotificationKind[] = [
  kind('record-assigned', 'user-plus', { app: true, mail: 'digest' }),
  kind('reminder', 'alarm', { app: true, mail: 'never' }),
  kind('mentioned', 'at', { app: true, mail: 'digest' }),
  kind('followed-activity', 'star', { app: true, mail: 'digest' }),
  kind('followed-change', 'eye', { app: true, mail: 'digest' }),
  kind('exceptions', 'alert-triangle', { app: false, mail: 'digest' }),
  kind('work-finished', 'checkbox', { app: true, mail: 'never' }),
  kind('form-filled', 'clipboard-list', { app: true, mail: 'digest' }),
  { ...kind('form-failed', 'clipboard-list', { app: true, mail: 'digest' }), permission: 'core.form:administer' },
  kind('mail-failed', 'mail', { app: true, mail: 'never' }),
  { ...kind('webhook-stopped', 'webhook', { app: true, mail: 'digest' }), permission: 'core.webhook:administer' },
  {
    ...kind('plugin-quarantined', 'shield-lock', { app: true, mail: 'immediate' }),
    permission: 'core.plugin:administer',
  },
];

/** Contributes core's kinds. */
export function contributeCoreKinds(host: PluginHost): void {
  for (const one of coreKinds) host.contribute(NotificationKinds, one);
}

function kind(id: string, icon: string, channels: NotificationKind['channels']): NotificationKind {
  return {
    id: `core.${id}`,
    label: `notifications.kinds.${id}.label`,
    text: `notifications.kinds.${id}.text`,
    icon,
    channels,
  };
}
