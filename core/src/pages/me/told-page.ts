import type { MailChannel } from '@trellis-crm/sdk';
import type { Endpoint } from '../../http/endpoint.js';
import { callApi, readApi } from '../api-client.js';
import { textOf, type FormData } from '../fields/form-reader.js';
import { formOf } from '../form/plain-form.js';
import type { PageCall, PageDeps } from '../page-call.js';
import { goTo, pageEndpoint, showPage, type PageAnswer } from '../page-endpoint.js';

/** What I want to be told, and how. */
export function toldPages(deps: PageDeps): readonly Endpoint[] {
  return [
    pageEndpoint(deps, 'GET /me/notifications', { access: 'signed-in', handle: showTold }),
    pageEndpoint(deps, 'POST /me/notifications', { access: 'signed-in', handle: saveTold }),
  ];
}

interface ToldAnswer {
  readonly digestHour: number;
  readonly kinds: readonly {
    readonly kind: string;
    readonly label: string;
    readonly app: boolean;
    readonly mail: MailChannel;
  }[];
}

const mailChannels: readonly MailChannel[] = ['never', 'digest', 'immediate'];

async function showTold(call: PageCall): Promise<PageAnswer> {
  const { t, render, env } = call;
  const { digestHour, kinds } = await readApi<ToldAnswer>(call, '/me/notifications');
  const title = t('notifications.channels.title');
  const format = new Intl.DateTimeFormat(env.locale, { hour: 'numeric', minute: '2-digit', timeZone: 'UTC' });
  const hours = Array.from({ length: 24 }, (_, hour) => ({
    value: String(hour),
    label: format.format(new Date(Date.UTC(2024, 0, 1, hour))),
  }));
  const options = mailChannels.map((value) => ({ value, label: t(`notifications.channels.mail.${value}`) }));
  const html = render('core:me/told', {
    title,
    digestHour: String(digestHour),
    hours,
    kinds: kinds.map(({ kind, label, app, mail }) => ({
      ...{ label, app, mail, options, appName: `app-${kind}`, mailName: `mail-${kind}` },
      ...{ appLabel: t('notifications.channels.app'), mailLabel: t('notifications.channels.mail', { label }) },
    })),
  });
  const breadcrumbs = [{ label: t('me.title'), href: '/me' }, { label: title }];
  return showPage({ title, breadcrumbs, blocks: [{ name: 'told', html }] });
}

async function saveTold(call: PageCall): Promise<PageAnswer> {
  const form = formOf(call);
  const { kinds } = await readApi<ToldAnswer>(call, '/me/notifications');
  const body = {
    digestHour: Number(textOf(form, 'digestHour')),
    kinds: kinds.map(({ kind, app, mail }) => ({
      kind,
      app: checkedIn(form, `app-${kind}`) ?? app,
      mail: textOf(form, `mail-${kind}`) || mail,
    })),
  };
  await callApi(call, 'PATCH', '/me/notifications', { body });
  return goTo('/me/notifications', { text: call.t('notifications.channels.saved') });
}

/** A checkbox sends `false` and, when ticked, `true` after it. */
function checkedIn(form: FormData, name: string): boolean | null {
  const value = form[name];
  if (value === undefined) return null;
  return (typeof value === 'string' ? value : value.at(-1)) === 'true';
}
