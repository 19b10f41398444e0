import { Activity, definePanel, HomePanels, Menu, type PluginHost } from '@trellis-crm/sdk';
import type { Workspace } from '../workspace/workspace.js';
import { dayPanel } from './day-panel.js';
import { followUp } from './follow-up.js';
import { remindOwners } from './remind.js';

const permission = `${Activity.id}:read` as const;

/** Registers the place of what one has to do in the menu, its panel on the home page, reminders, and what follows a task that comes again. */
export function registerTasks(host: PluginHost, workspace: () => Workspace): void {
  host.job('remind-owners', { cron: '* * * * *' }, (ctx) => remindOwners(workspace(), ctx));
  host.guardAll(Activity, 'update', (tx, changes) => followUp(workspace(), tx, changes));
  host.contribute(Menu, {
    ...{ id: 'my-day', label: 'tasks.title', icon: 'list-check', href: '/day', permission },
    ...{ group: 'main', order: 5 },
  });
  host.contribute(Menu, {
    ...{ id: 'calendar', label: 'tasks.calendar.title', icon: 'calendar', href: '/calendar', permission },
    ...{ group: 'main', order: 26 },
  });
  host.panel(
    HomePanels,
    definePanel(HomePanels, {
      ...{ id: 'my-day', title: 'tasks.title', icon: 'list-check', order: 10, permission, template: 'tasks/panel' },
      load: (ctx) => dayPanel(workspace(), ctx),
    }),
  );
}
