export { Account } from './account.js';
export { Activity } from './activity.js';
export { BriefLines, type BriefFact, type BriefLine } from './brief.js';
export { Commands, type Command } from './commands.js';
export { Contact } from './contact.js';
export {
  AccountMerged,
  ContactMerged,
  MailFailed,
  PluginQuarantined,
  UserMentioned,
  WebhookStopped,
  WorkFinished,
} from './events.js';
export {
  Guidelines,
  type Guideline,
  type GuidelineAudience,
  type GuidelineFigures,
  type GuidelineThreshold,
} from './guidelines.js';
export {
  FormTargets,
  type FormFieldKind,
  type FormResult,
  type FormSource,
  type FormSubmission,
  type FormTarget,
  type FormTargetField,
} from './forms.js';
export {
  HealthProbes,
  ImportTransforms,
  Menu,
  MergeRules,
  Reassignments,
  type HealthProbe,
  type ImportedRow,
  type ImportRow,
  type ImportTransform,
  type MenuItem,
  type MergeRule,
  type Reassignment,
} from './points.js';
export { NotificationKinds, type MailChannel, type NotificationKind } from './notification-kinds.js';
export { AccountPanels, ContactPanels, HomePanels, panelsOf, type RecordSlotSchema } from './slots.js';
export { Team } from './team.js';
export {
  Timeline,
  type TimelineEntry,
  type TimelineKind,
  type TimelineRequest,
  type TimelineSource,
  type TimelineSubject,
} from './timeline.js';
export { User } from './user.js';
