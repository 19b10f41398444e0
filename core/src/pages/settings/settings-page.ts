import { Type, type Problem } from '@trellis-crm/sdk';
import type { Endpoint } from '../../http/endpoint.js';
import type { WorkspaceSettings } from '../../settings/index.js';
import { callApi, readApi } from '../api-client.js';
import { completenessCard } from '../completeness/completeness-card.js';
import { textOf, type FormData } from '../fields/form-reader.js';
import { toLocalInput } from '../fields/zoned-time.js';
import { changeEntries } from '../form/form-entries.js';
import { formProblems, noProblems, problemsOf, type FormProblems } from '../form/form-problems.js';
import { formOf, settingsProblemsOf } from '../form/plain-form.js';
import { problemText } from '../form/problem-text.js';
import type { PageCall, PageDeps } from '../page-call.js';
import { goTo, pageEndpoint, showPage, type PageAnswer } from '../page-endpoint.js';
import { readSettingsForm, settingsForm } from './settings-form.js';
import { settingsTabs } from './settings-tabs.js';
import { settingsView } from './settings-view.js';

/** The workspace's settings and its exchange rates. */
export function settingsPages(deps: PageDeps): readonly Endpoint[] {
  const access = 'core.settings:administer';
  const rate = { params: { currency: Type.String({ pattern: '^[A-Z]{3}$' }), day: Type.String({ format: 'date' }) } };
  return [
    pageEndpoint(deps, 'GET /settings', { access, handle: (call) => showSettings(call) }),
    pageEndpoint(deps, 'POST /settings', { access, handle: saveSettings }),
    pageEndpoint(deps, 'POST /settings/rates', { access, handle: addRate }),
    pageEndpoint(deps, 'POST /settings/rates/:currency/:day/removal', { access, ...rate, handle: removeRate }),
  ];
}

interface ExchangeRate {
  readonly currency: string;
  readonly validFrom: string;
  readonly rate: string;
}

interface Attempt {
  /** What was typed; the stored settings when left out. */
  readonly form?: FormData;
  readonly problems?: FormProblems;
  readonly rateProblems?: FormProblems;
}

async function showSettings(call: PageCall, attempt: Attempt = {}): Promise<PageAnswer> {
  const { t, render } = call;
  const [{ settings, version }, rates] = await Promise.all([
    readSettings(call),
    readApi<{ readonly data: readonly ExchangeRate[] }>(call, '/settings/exchange-rates'),
  ]);
  const { problems = noProblems, rateProblems = noProblems } = attempt;
  const form = attempt.form ?? settingsForm(settings);
  const title = t('settings.title');
  const blocks = [
    settingsTabs(call, '/settings'),
    {
      name: 'settings',
      column: 'main' as const,
      html: render('core:settings/form', { title, version, ...settingsView(call, form, problems) }),
    },
    {
      name: 'rates',
      column: 'side' as const,
      html: render('core:settings/rates', ratesView(call, settings, rates.data, rateProblems)),
    },
    completenessCard(call),
  ];
  const isRefused = [problems, rateProblems].some(({ byControl, general }) => byControl.size + general.length > 0);
  return showPage({ title, breadcrumbs: [{ label: title }], blocks }, isRefused ? 422 : 200);
}

async function readSettings(call: PageCall): Promise<{ settings: WorkspaceSettings; version: number }> {
  const { body, headers } = await callApi(call, 'GET', '/settings');
  return { settings: body as WorkspaceSettings, version: Number(headers?.['ETag']?.replaceAll('"', '')) };
}

async function saveSettings(call: PageCall): Promise<PageAnswer> {
  const form = formOf(call);
  const changed = changeEntries(form);
  if (changed !== null) return showSettings(call, { form: changed });
  try {
    await callApi(call, 'PATCH', '/settings', {
      body: readSettingsForm(form),
      ifVersion: call.request.ifVersion ?? '*',
    });
  } catch (error) {
    return showSettings(call, { form, problems: problemsIn(call, form, settingsProblemsOf(error)) });
  }
  return goTo('/settings', { text: call.t('settings.saved') });
}

async function addRate(call: PageCall): Promise<PageAnswer> {
  const form = formOf(call);
  const currency = textOf(form, 'currency').toUpperCase();
  const day = textOf(form, 'validFrom');
  try {
    await callApi(call, 'PUT', `/settings/exchange-rates/${encodeURIComponent(currency)}/${encodeURIComponent(day)}`, {
      body: { rate: textOf(form, 'rate') },
    });
  } catch (error) {
    return showSettings(call, { rateProblems: problemsIn(call, form, problemsOf(error)) });
  }
  return goTo('/settings', { text: call.t('settings.rateSaved', { currency }) });
}

async function removeRate(call: PageCall): Promise<PageAnswer> {
  const { currency = '', day = '' } = call.request.params;
  await callApi(call, 'DELETE', `/settings/exchange-rates/${currency}/${day}`);
  return goTo('/settings', { text: call.t('settings.rateRemoved', { currency }) });
}

function problemsIn(call: PageCall, form: FormData, problems: readonly Problem[]): FormProblems {
  return formProblems(problems, new Set([...Object.keys(form), 'businessHours', 'holidays']), problemText(call));
}

function ratesView(
  { env, request }: PageCall,
  settings: WorkspaceSettings,
  rates: readonly ExchangeRate[],
  problems: FormProblems,
): object {
  const { formatters } = request.generation.views;
  return {
    base: settings.baseCurrency,
    currencies: settings.furtherCurrencies.map((currency) => ({ value: currency, label: currency })),
    today: toLocalInput(env.now.toISOString(), env.timeZone).slice(0, 10),
    errors: Object.fromEntries(problems.byControl),
    general: problems.general,
    items: rates.slice(0, 50).map(({ currency, validFrom, rate }) => ({
      title: `1 ${currency} = ${formatters.number(env, rate, { maximumFractionDigits: 8 })} ${settings.baseCurrency}`,
      from: formatters.date(env, validFrom),
      action: `/settings/rates/${currency}/${validFrom}/removal`,
    })),
  };
}
