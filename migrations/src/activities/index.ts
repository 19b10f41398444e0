import type { Migration } from '@trellis-crm/sdk/migrations/v1';
import { createActivities } from './20261123035000_create-activities.js';
import { createCalendarFeeds } from './20261123054000_create-calendar-feeds.js';
import { indexCalendars } from './20261123054100_index-calendars.js';
import { createFollowers } from './20261123045000_create-followers.js';
import { indexPastActivities } from './20261123050000_index-past-activities.js';
import { indexUndatedTasks } from './20261123110300_index-undated-tasks.js';
import { indexReminders } from './20261123052900_index-reminders.js';
import { planTasks } from './20261123052800_plan-tasks.js';
import { createTimelinePins } from './20261123043000_create-timeline-pins.js';

/** Activities and what is shown with them. */
export const activityMigrations: readonly Migration[] = [
  createActivities,
  createTimelinePins,
  createFollowers,
  indexPastActivities,
  planTasks,
  indexReminders,
  createCalendarFeeds,
  indexCalendars,
  indexUndatedTasks,
];
