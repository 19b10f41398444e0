import { Type, Uuid } from '@trellis-crm/sdk';
import type { Endpoint, EndpointRequest, EndpointResponse } from '../http/endpoint.js';
import type { Workspace } from '../workspace/workspace.js';
import { getMail, listMails } from './mail-list.js';
import { isMailReady, MailSettingsPatch, MailSettingsSchema, type MailSettingsChange } from './mail-settings.js';
import type { StoredMailSettings } from './mail-settings-store.js';
import { dropMail, requeueMail, type MailState } from './mail-store.js';
import { Mailer } from './mailer.js';
import { askedVersion } from '../kernel/asked-version.js';

/** How mail leaves, under `/api/v1/settings/mail`, and the mails themselves under `/api/v1/mails`. */
export function mailEndpoints(workspace: Workspace): readonly Endpoint[] {
  return [...settingsEndpoints(workspace), ...listEndpoints(workspace), ...actEndpoints(workspace)];
}

const settingsPlace = {
  module: 'core',
  surface: 'api',
  access: 'core.settings:administer',
  path: '/api/v1/settings/mail',
} as const;
const mailPlace = { module: 'core', surface: 'api', access: 'core.mail:administer' } as const;

function settingsEndpoints(workspace: Workspace): readonly Endpoint[] {
  const mailer = (): Mailer => workspace.container.resolve(Mailer);
  return [
    {
      ...settingsPlace,
      method: 'GET',
      description: describe('getMailSettings', 'How mail leaves the workspace; never the password', SettingsAnswer),
      handle: async () => presentSettings(await mailer().settings.read()),
    },
    {
      ...settingsPlace,
      method: 'PATCH',
      input: { body: { kind: 'json', schema: MailSettingsPatch } },
      description: {
        ...describe('updateMailSettings', 'Change how mail leaves the workspace', SettingsAnswer),
        isVersioned: true,
      },
      async handle({ body, ifVersion, identity }) {
        const version = askedVersion({ ifVersion });
        const change = body as MailSettingsChange;
        return presentSettings(await mailer().settings.update(change, { version, by: identity }));
      },
    },
    {
      ...settingsPlace,
      method: 'POST',
      path: '/api/v1/settings/mail/test',
      idempotency: 'once',
      input: { body: { kind: 'json', schema: TestBody } },
      description: describe('testMail', 'Send a test mail now and say what came of it', TestAnswer),
      handle: (request) => testMail(workspace, request),
    },
  ];
}

async function testMail(workspace: Workspace, request: EndpointRequest): Promise<EndpointResponse> {
  const { generation, identity, signal, body } = request;
  const ctx = workspace.context({ generation, module: 'core', identity, signal });
  const { to } = body as { readonly to: string };
  return { status: 200, body: await workspace.container.resolve(Mailer).test(ctx, generation, to) };
}

function listEndpoints({ database: { knex } }: Workspace): readonly Endpoint[] {
  return [
    {
      ...mailPlace,
      method: 'GET',
      path: '/api/v1/mails',
      input: { query: ListQuery },
      description: describe('listMails', 'Mails that left, wait, or would have left, newest first', ListAnswer),
      async handle({ query }) {
        const { state, after, limit = defaultPage } = query as ListOptions;
        const page = { limit: limit + 1, ...(state && { state }), ...(after !== undefined && { after }) };
        const found = await listMails(knex, page);
        const data = found.slice(0, limit);
        const next = found.length > limit ? (data.at(-1)?.id ?? null) : null;
        return { status: 200, body: { data, page: { next, count: null } } };
      },
    },
    {
      ...mailPlace,
      method: 'GET',
      path: '/api/v1/mails/:id',
      input: { params: { id: Uuid } },
      description: describe('getMail', 'One mail with what it says, unless it carries a personal link', DetailAnswer),
      handle: async (request) => ({ status: 200, body: await getMail(knex, idOf(request)) }),
    },
  ];
}

function actEndpoints({ database, clock, container }: Workspace): readonly Endpoint[] {
  const params = { id: Uuid };
  return [
    {
      ...mailPlace,
      method: 'POST',
      path: '/api/v1/mails/:id/dispatch',
      input: { params },
      description: describe('dispatchMail', 'Send a mail that was kept, given up or dropped', null, 202),
      async handle(request) {
        const mailer = container.resolve(Mailer);
        await database.tx(async (trx) => {
          await requeueMail(trx, idOf(request), clock.now());
          await mailer.wake(trx);
        });
        return { status: 202, body: null };
      },
    },
    {
      ...mailPlace,
      method: 'DELETE',
      path: '/api/v1/mails/:id',
      input: { params },
      description: describe('dropMail', 'Do not send a mail', null, 204),
      async handle(request) {
        await dropMail(database.knex, idOf(request), clock.now());
        return { status: 204, body: null };
      },
    },
  ];
}

const defaultPage = 50;
const States = ['waiting', 'sent', 'dead', 'kept', 'dropped'].map((state) => Type.Literal(state));
const ListQuery = Type.Object(
  {
    state: Type.Optional(Type.Union(States)),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
    after: Type.Optional(Uuid),
  },
  { additionalProperties: false },
);

interface ListOptions {
  readonly state?: MailState;
  readonly after?: string;
  readonly limit?: number;
}

const SettingsAnswer = Type.Object({
  ...MailSettingsSchema.properties,
  hasPassword: Type.Boolean(),
  isReady: Type.Boolean(),
});
const TestBody = Type.Object({ to: Type.String({ format: 'email', maxLength: 254 }) }, { additionalProperties: false });
const optional = Type.Union([Type.String(), Type.Null()]);
const TestAnswer = Type.Object({
  isSent: Type.Boolean(),
  stage: Type.Optional(Type.String()),
  detail: Type.Optional(Type.String()),
});
const entryFields = {
  ...{ id: Uuid, state: Type.Union(States), kind: Type.String(), address: Type.String(), subject: Type.String() },
  ...{ attempts: Type.Integer(), lastStage: optional, lastError: optional, createdAt: Type.String(), nextAt: optional },
};
const ListAnswer = Type.Object({
  data: Type.Array(Type.Object(entryFields)),
  page: Type.Object({ next: Type.Union([Uuid, Type.Null()]), count: Type.Null() }),
});
const DetailAnswer = Type.Object({
  ...entryFields,
  content: Type.Union([Type.Object({ html: Type.String(), text: Type.String() }), Type.Null()]),
});

function presentSettings({ values, hasPassword, version }: StoredMailSettings): EndpointResponse {
  const body = { ...values, hasPassword, isReady: isMailReady(values) };
  return { status: 200, headers: { ETag: `"${version}"` }, body };
}

function idOf({ params }: EndpointRequest): string {
  return params['id'] ?? '';
}

function describe(operationId: string, summary: string, answer: object | null, status = 200) {
  return { operationId, summary, tag: 'mail', answers: { [status]: answer } };
}
