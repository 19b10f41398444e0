import {
  Account,
  AccountPanels,
  Activity,
  BriefLines,
  Commands,
  Contact,
  ContactPanels,
  definePermissions,
  definePlugin,
  FormTargets,
  Guidelines,
  HealthProbes,
  HomePanels,
  ImportTransforms,
  MailFailed,
  Menu,
  MergeRules,
  NotificationKinds,
  PluginQuarantined,
  Reassignments,
  SDK_VERSION,
  Team,
  Timeline,
  User,
  UserMentioned,
  WebhookStopped,
  WorkFinished,
  type PluginHost,
} from '@trellis-crm/sdk';
import { registerChangeJobs } from './changes/index.js';
import { registerExportJobs } from './exports/index.js';
import { registerExceptionRules } from './exceptions/index.js';
import { registerDuplicateJobs } from './duplicates/index.js';
import { registerFileJobs } from './files/index.js';
import { registerFormParts } from './forms/index.js';
import { registerImportJobs } from './imports/index.js';
import { registerMailJobs } from './mail/index.js';
import { InboxChanged, NoticeGiven, registerNotices } from './notifications/index.js';
import { registerCoreJobs, type CoreJobParts } from './jobs/core-jobs.js';
import { registerModule, type Registrations } from './kernel/index.js';
import { registerBriefLines } from './pages/brief/core-lines.js';
import { registerTasks } from './tasks/index.js';
import { guardAdmins, guardPreferences } from './users/index.js';
import { registerWebhookJobs } from './webhooks/index.js';
import type { Workspace } from './workspace/workspace.js';

/** Rights over the workspace itself; admins have them all. */
const permissions = definePermissions({
  'core.plugin:administer': { label: 'permissions.plugin.administer', grants: {} },
  'core.user:administer': { label: 'permissions.user.administer', grants: {} },
  'core.role:administer': { label: 'permissions.role.administer', grants: {} },
  'core.settings:administer': { label: 'permissions.settings.administer', grants: {} },
  'core.event:administer': { label: 'permissions.event.administer', grants: {} },
  'core.job:administer': { label: 'permissions.job.administer', grants: {} },
  'core.view:administer': { label: 'permissions.view.administer', grants: {} },
  'core.mail:administer': { label: 'permissions.mail.administer', grants: {} },
  // For plugins: nobody else writes mails by hand.
  'core.mail:send': { label: 'permissions.mail.send', grants: {} },
  'core.form:administer': { label: 'permissions.form.administer', grants: {} },
  'core.webhook:administer': { label: 'permissions.webhook.administer', grants: {} },
  'core.exception:administer': { label: 'permissions.exception.administer', grants: {} },
  'core.tag:administer': { label: 'permissions.tag.administer', grants: {} },
  'core.demo:administer': { label: 'permissions.demo.administer', grants: {} },
});

/** What modules may contribute to. */
const points = [
  Menu,
  Commands,
  BriefLines,
  FormTargets,
  ImportTransforms,
  Guidelines,
  HealthProbes,
  MergeRules,
  NotificationKinds,
  Reassignments,
  Timeline,
];

/** What core's own jobs need. */
export interface CoreParts extends CoreJobParts {
  workspace(): Workspace;
}

/** What the rooms bring beside core's own jobs. */
const rooms: readonly ((host: PluginHost, workspace: CoreParts['workspace']) => void)[] = [
  registerChangeJobs,
  registerExportJobs,
  registerDuplicateJobs,
  registerImportJobs,
  registerMailJobs,
  registerWebhookJobs,
  registerFileJobs,
  registerFormParts,
  registerNotices,
  registerExceptionRules,
  registerTasks,
];

/** Core as a module like any other: registered first, never disabled. Its tables come from the migrations package. */
export function registerCore(parts: CoreParts): Registrations {
  return registerModule({
    module: 'core',
    version: SDK_VERSION,
    title: 'Trellis CRM',
    folder: null,
    requires: {},
    optional: {},
    capabilities: [],
    definition: definePlugin({
      entities: [Account, Contact, Activity, User, Team],
      slots: [AccountPanels, ContactPanels, HomePanels],
      points,
      emits: [MailFailed, WebhookStopped, NoticeGiven, InboxChanged, PluginQuarantined, UserMentioned, WorkFinished],
      permissions,
      register(host) {
        guardAdmins(host);
        registerBriefLines(host, parts.workspace);
        guardPreferences(host);
        registerCoreJobs(host, parts);
        for (const register of rooms) register(host, parts.workspace);
      },
    }),
  });
}
