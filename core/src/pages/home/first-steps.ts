import { Account, User, type EntityDefinition } from '@trellis-crm/sdk';
import type { PageCall } from '../page-call.js';

/** One thing to do in a new workspace; done as soon as the workspace shows it. */
export interface FirstStep {
  readonly label: string;
  readonly text: string;
  readonly href: string;
  readonly icon: string;
  readonly isDone: boolean;
}

/** What an administrator does first, from the real state; none for others, and none once all is done. */
export async function firstSteps(call: PageCall): Promise<readonly FirstStep[]> {
  const { t, request } = call;
  if (request.identity.reach('core.settings:administer') === null) return [];
  const [hasAccounts, hasOthers] = await Promise.all([hasMoreThan(call, Account, 0), hasMoreThan(call, User, 1)]);
  const hasModules = request.generation.modules.length > 1;
  const step = (key: string, icon: string, href: string, isDone: boolean): FirstStep => ({
    label: t(`home.steps.${key}.label`),
    text: t(`home.steps.${key}.text`),
    icon,
    href,
    isDone,
  });
  const steps = [
    step('settings', 'settings', '/settings', call.workspace.info().name !== 'Trellis CRM'),
    step('plugins', 'puzzle', '/plugins', hasModules),
    step('people', 'user-plus', '/users', hasOthers),
    step('accounts', 'building', '/accounts/new', hasAccounts),
  ];
  return steps.every(({ isDone }) => isDone) ? [] : steps;
}

async function hasMoreThan({ ctx }: PageCall, entity: EntityDefinition, count: number): Promise<boolean> {
  const records = await ctx.query(entity).limit(count + 1);
  return records.length > count;
}
