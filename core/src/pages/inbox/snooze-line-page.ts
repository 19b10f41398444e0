import type { NotificationView } from '../../notifications/index.js';
import { readApi } from '../api-client.js';
import { snoozeChoices } from '../day/task-view.js';
import { toLocalInput } from '../fields/zoned-time.js';
import { noProblems, type FormProblems } from '../form/form-problems.js';
import type { PageCall } from '../page-call.js';
import { showPage, type PageAnswer } from '../page-endpoint.js';

/** `GET /inbox/:id/snooze`: until when a line is put off, for a date and time of one's own. */
export async function showSnoozeLine(call: PageCall, problems: FormProblems = noProblems): Promise<PageAnswer> {
  const { t, render, env, request } = call;
  const { id, text, snoozedUntil } = await readApi<NotificationView>(
    call,
    `/notifications/${request.params['id'] ?? ''}`,
  );
  const title = t('notifications.snooze');
  const html = render('core:tasks/snooze', {
    ...{ title: text, action: `/inbox/${id}/snooze`, choices: snoozeChoices(call) },
    ...{ submitLabel: title, cancelHref: '/inbox' },
    value: snoozedUntil === null ? undefined : toLocalInput(snoozedUntil, env.timeZone),
    error: problems.general[0],
  });
  const breadcrumbs = [{ label: t('notifications.title'), href: '/inbox' }, { label: title }];
  const isRefused = problems.general.length > 0;
  return showPage({ title, breadcrumbs, blocks: [{ name: 'snooze', html }] }, isRefused ? 422 : 200);
}
