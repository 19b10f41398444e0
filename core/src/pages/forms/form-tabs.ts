import { mailsVisitors } from '../../forms/check-form.js';
import { Mailer } from '../../mail/index.js';
import type { PageBlock } from '../../views/page-model.js';
import type { PageCall } from '../page-call.js';
import type { ShownForm } from './form-draft.js';

/** Where the pages about web forms are. */
export const formsHref = '/settings/forms';

const tabs = [
  { key: 'edit', below: '' },
  { key: 'submissions', below: '/submissions' },
  { key: 'embed', below: '/embed' },
] as const;

/** A form's name, state and parts, and what keeps it from working. */
export async function formTabs(
  { t, render, workspace }: PageCall,
  form: ShownForm,
  current: (typeof tabs)[number]['key'],
): Promise<PageBlock> {
  const href = `${formsHref}/${form.id}`;
  const isLive = form.state === 'live';
  const html = render('core:forms/head', {
    title: form.name,
    tag: { label: t(`forms.state.${form.state}`), tone: isLive ? 'ok' : undefined },
    openHref: isLive ? `/f/${form.slug}` : undefined,
    stateAction: `${href}/state`,
    stateLabel: t(isLive ? 'forms.withdraw' : 'forms.publish'),
    stateFields: [{ name: 'state', value: isLive ? 'draft' : 'live' }],
    isLive,
    isWithoutMail: await isWithoutMail(workspace, form),
    removeAction: `${href}/removal`,
    tabs: tabs.map(({ key, below }) => ({
      label: t(`forms.tab.${key}`),
      href: `${href}${below}`,
      isCurrent: key === current,
    })),
  });
  return { name: 'form-head', column: 'header', html };
}

/** Visitors are told of a mail that does not leave. */
async function isWithoutMail({ container, database }: PageCall['workspace'], form: ShownForm): Promise<boolean> {
  return (
    mailsVisitors({ state: form.state, content: form }) && !(await container.resolve(Mailer).isReady(database.knex))
  );
}
