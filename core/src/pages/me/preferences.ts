import type { PageBlock } from '../../views/page-model.js';
import type { Endpoint } from '../../http/endpoint.js';
import { callApi, readApi } from '../api-client.js';
import { textOf } from '../fields/form-reader.js';
import type { FormProblems } from '../form/form-problems.js';
import { formOf, problemsIn } from '../form/plain-form.js';
import type { PageCall, PageDeps } from '../page-call.js';
import { goTo, pageEndpoint, type PageAnswer } from '../page-endpoint.js';
import { languageOptions, timeZoneOptions } from '../settings/place-options.js';

/** What the API says one chose. */
interface Preferences {
  readonly locale: string | null;
  readonly timeZone: string | null;
}

/** Shows the page about oneself with what is wrong with a form of it. */
export type ShowMe = (call: PageCall, state: { readonly problems: FormProblems }) => Promise<PageAnswer>;

/** Saves one's own language and time zone. */
export function preferencesPage(deps: PageDeps, showMe: ShowMe): Endpoint {
  return pageEndpoint(deps, 'POST /me/preferences', {
    access: 'signed-in',
    async handle(call) {
      const form = formOf(call);
      const body = { locale: textOf(form, 'locale') || null, timeZone: textOf(form, 'timeZone') || null };
      const save = () => callApi(call, 'PATCH', '/me/preferences', { body });
      const problems = await problemsIn(call, Object.keys(body), save);
      if (problems !== null) return showMe(call, { problems });
      return goTo('/me', { text: call.t('me.preferencesSaved') });
    },
  });
}

/** The form; what is empty follows the workspace. */
export async function preferencesBlock(call: PageCall, errors: Readonly<Record<string, string>>): Promise<PageBlock> {
  const { locale, timeZone } = await readApi<Preferences>(call, '/me/preferences');
  const info = call.workspace.info();
  const ofWorkspace = (value: string): string => call.t('me.asWorkspace', { value });
  const languages = languageOptions(call);
  const workspaceLanguage = languages.find(({ value }) => value === info.locale)?.label ?? info.locale;
  return {
    name: 'preferences',
    column: 'side',
    html: call.render('core:me/preferences', {
      locale: select(locale, languages, ofWorkspace(workspaceLanguage), errors['locale']),
      timeZone: select(
        timeZone,
        timeZoneOptions(),
        ofWorkspace(info.timeZone.replaceAll('_', ' ')),
        errors['timeZone'],
      ),
    }),
  };
}

function select(
  value: string | null,
  options: readonly object[],
  emptyLabel: string,
  error: string | undefined,
): object {
  return { kind: 'select', value: value ?? '', options, emptyLabel, ...(error === undefined ? {} : { error }) };
}
