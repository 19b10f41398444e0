import type { Clock, WorkspaceInfo } from '@trellis-crm/sdk';
import type { BaseLogger } from 'pino';
import type { Database } from '../database/database.js';
import type { Hold } from '../hold/index.js';
import type { SecretBox } from '../secrets/index.js';
import type { MailSettingsStore } from './mail-settings-store.js';

/** What the mail room needs from elsewhere. */
export interface MailerParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: BaseLogger;
  readonly hold: Hold;
  readonly secrets: SecretBox;
  readonly settings: MailSettingsStore;
  info(): WorkspaceInfo;
}

/** Name of the job that sends; another order for it takes the place of one that waits. */
export const sendJob = 'send-mails';

/** Page on which people say what they want to be told. */
export const toldSettingsPath = '/me/notifications';
