import { defineEntity } from '../entity.js';
import { field } from '../fields.js';
import { Contact } from './contact.js';
import { User } from './user.js';

/** Values that stand beside the links, so that what happened with one record is found without looking at the others. */
const beside = ['kind', 'occurredAt', 'dueAt', 'doneAt'] as const;

/**
 * Something that was done with or for a customer, or is to be done: planned when it has a due time or is a task, done when `doneAt`
 * says so. Whoever is to do it is its owner.
 */
export const Activity = defineEntity('core.activity', {
  plural: 'activities',
  fields: {
    kind: field.choice(['call', 'voicemail', 'email', 'meeting', 'visit', 'letter', 'fax', 'chat', 'note', 'task'], {
      required: true,
    }),
    /** What it is about, in one line; of a note its first line. */
    subject: field.text({ required: true, max: 200, search: true }),
    body: field.longText({ search: true }),
    /** Who began it; null where that says nothing. */
    direction: field.choice(['inbound', 'outbound']),
    /** When it happened; of a planned one when it was planned, until it is done. */
    occurredAt: field.dateTime({ default: 'now', index: true }),
    /** When it is to be done; null for what was only logged, and for a task without a date. */
    dueAt: field.dateTime({ index: true }),
    /** When it was done; null while it is planned, and for what was only logged. */
    doneAt: field.dateTime(),
    /** When its owner is told of it; null for never. */
    remindAt: field.dateTime(),
    /** How it comes again once it is done: a rule of RFC 5545 without its name, like `FREQ=WEEKLY;BYDAY=MO`. */
    recurrence: field.text({ max: 200, format: 'recurrence' }),
    duration: field.duration(),
    outcome: field.choice([
      'reached',
      'no_answer',
      'busy',
      'left_message',
      'wrong_number',
      'held',
      'no_show',
      'cancelled',
    ]),
    priority: field.choice(['low', 'normal', 'high'], { default: 'normal' }),
    /** Records it is about. */
    links: field.links({ beside }),
    participants: field.links({ to: [Contact, User], beside }),
    files: field.files(),
  },
  title: 'subject',
  owned: true,
  icon: 'activity',
  menu: 25,
  views: {
    list: ['subject', 'kind', 'occurredAt', 'dueAt', 'links', 'owner', 'updatedAt'],
    form: [
      'kind',
      'subject',
      'direction',
      'outcome',
      'occurredAt',
      'duration',
      'dueAt',
      'remindAt',
      'recurrence',
      'doneAt',
      'priority',
      'body',
      'links',
      'participants',
      'files',
    ],
  },
});
