import type { Endpoint } from '../http/endpoint.js';
import { briefEndpoints } from './brief/brief-endpoints.js';
import { calendarPages } from './calendar/calendar-page.js';
import { changePages } from './changes/change-pages.js';
import { dayPages } from './day/day-page.js';
import { deadLetterPages } from './dead-letters/dead-letters-page.js';
import { findPages } from './find/find-pages.js';
import { exceptionPages } from './exceptions/exceptions-page.js';
import { newRulePages } from './exceptions/new-rule-page.js';
import { rulePages } from './exceptions/rules-page.js';
import { formPages } from './forms/forms-page.js';
import { galleryPages } from './gallery/gallery-page.js';
import { homePages } from './home/home-page.js';
import { importPages } from './imports/imports-page.js';
import { inboxPages } from './inbox/inbox-page.js';
import { mailPages } from './mail/mails-page.js';
import { mailSettingsPages } from './mail/mail-settings-page.js';
import { mePages } from './me/me-page.js';
import { peoplePages } from './people/people-pages.js';
import { toldPages } from './me/told-page.js';
import type { PluginPageDeps } from './plugins/plugin-page-deps.js';
import { pluginPages } from './plugins/plugins-page.js';
import { settingsPages } from './settings/settings-page.js';
import { tagPages } from './tags/tags-page.js';
import { webhookPages } from './webhooks/webhooks-page.js';
import { viewPages } from './views/views-pages.js';

/** What core's own pages draw on. */
export type CorePageDeps = PluginPageDeps;

/** Core's own pages, which belong to no entity: the same in every generation. */
export function corePageEndpoints(deps: CorePageDeps): readonly Endpoint[] {
  const rooms = [
    homePages,
    findPages,
    briefEndpoints,
    mePages,
    toldPages,
    peoplePages,
    settingsPages,
    mailSettingsPages,
    mailPages,
    inboxPages,
    dayPages,
    calendarPages,
    changePages,
    importPages,
    deadLetterPages,
    webhookPages,
    tagPages,
    formPages,
    exceptionPages,
    newRulePages,
    rulePages,
    galleryPages,
    viewPages,
  ];
  return [...rooms.flatMap((pages) => pages(deps)), ...pluginPages(deps)];
}
