import { HomePanels } from '@trellis-crm/sdk';
import type { Endpoint } from '../../http/endpoint.js';
import type { PageBlock } from '../../views/page-model.js';
import { SafeHtml } from '../../views/safe-html.js';
import { callApi } from '../api-client.js';
import { patchBlocks } from '../block-patches.js';
import type { PageCall, PageDeps } from '../page-call.js';
import { goTo, pageEndpoint, showPage, showPart, type PageAnswer } from '../page-endpoint.js';
import { loadedPanel, waitingPanels } from '../panels/panel-slot.js';
import { hasDemoData } from './demo-data.js';
import { firstSteps } from './first-steps.js';
import { recentRecords } from './recent-records.js';

/** The start page and what belongs to it. */
export function homePages(deps: PageDeps): readonly Endpoint[] {
  return [
    pageEndpoint(deps, 'GET /', { access: 'signed-in', handle: showHome }),
    pageEndpoint(deps, 'GET /panels/:module/:panel', { access: 'signed-in', handle: showHomePanel }),
    pageEndpoint(deps, 'POST /demo-data/removal', { access: 'core.demo:administer', handle: removeDemoData }),
  ];
}

async function showHome(call: PageCall): Promise<PageAnswer> {
  const { t, render, request } = call;
  const [steps, recent, isDemo] = await Promise.all([firstSteps(call), recentRecords(call), hasDemoData(call)]);
  const done = steps.filter(({ isDone }) => isDone).length;
  const blocks: PageBlock[] = [
    { name: 'header', column: 'header', html: render('core:home/head', { greeting: greeting(call), isDemo }) },
    ...(steps.length === 0
      ? []
      : [
          {
            name: 'first-steps',
            column: 'side' as const,
            html: render('core:home/first-steps', { steps, done, total: steps.length }),
          },
        ]),
    { name: 'recent', column: 'main', html: render('core:home/recent', { items: recent }) },
    ...waitingPanels(call, HomePanels.id, '').map((panel): PageBlock => ({ ...panel, column: 'side' })),
  ];
  const patched = await patchBlocks(call, 'core.home', { userId: request.identity.userId }, blocks);
  return showPage({ title: t('home.title'), breadcrumbs: [{ label: t('home.title') }], blocks: patched });
}

async function showHomePanel(call: PageCall): Promise<PageAnswer> {
  return showPart((await loadedPanel(call, HomePanels.id, {})) ?? SafeHtml.trust(''));
}

async function removeDemoData(call: PageCall): Promise<PageAnswer> {
  await callApi(call, 'DELETE', '/demo-data');
  return goTo('/', { text: call.t('home.demoRemoved') });
}

/** By the clock on the person's wall. */
function greeting({ t, env, request }: PageCall): string {
  const hour = Number(
    new Intl.DateTimeFormat('en', { hour: 'numeric', hourCycle: 'h23', timeZone: env.timeZone }).format(env.now),
  );
  const part = hour < 5 || hour >= 18 ? 'evening' : hour < 12 ? 'morning' : 'afternoon';
  return t(`home.greeting.${part}`, { name: request.identity.name.split(' ')[0] ?? '' });
}
