import { Type } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { Endpoint, EndpointResponse } from '../http/endpoint.js';
import type { Workspace } from '../workspace/workspace.js';
import { listRates, putRate, removeRate } from './exchange-rates.js';
import type { StoredSettings } from './settings-store.js';
import { Settings } from './settings.js';
import { WorkspaceSettingsSchema, type WorkspaceSettings } from './workspace-settings.js';
import { askedVersion } from '../kernel/asked-version.js';

/** The settings and exchange rates under `/api/v1/settings`. */
export function settingsEndpoints(workspace: Workspace): readonly Endpoint[] {
  return [...ownEndpoints(() => workspace.container.resolve(Settings)), ...rateEndpoints(workspace.database.knex)];
}

const common = { module: 'core', surface: 'api', access: 'core.settings:administer' } as const;

function ownEndpoints(settings: () => Settings): readonly Endpoint[] {
  return [
    {
      ...common,
      method: 'GET',
      path: '/api/v1/settings',
      access: 'signed-in',
      description: describe('getSettings', 'Settings of the workspace', WorkspaceSettingsSchema),
      handle: async () => present(await settings().read()),
    },
    {
      ...common,
      method: 'PATCH',
      path: '/api/v1/settings',
      input: { body: { kind: 'json', schema: Type.Partial(WorkspaceSettingsSchema, { additionalProperties: false }) } },
      description: {
        ...describe('updateSettings', 'Change settings of the workspace', WorkspaceSettingsSchema),
        isVersioned: true,
      },
      async handle({ body, ifVersion, identity }) {
        const version = askedVersion({ ifVersion });
        return present(await settings().update(body as Partial<WorkspaceSettings>, { version, by: identity }));
      },
    },
  ];
}

function rateEndpoints(knex: Knex): readonly Endpoint[] {
  return [
    {
      ...common,
      method: 'GET',
      path: '/api/v1/settings/exchange-rates',
      access: 'signed-in',
      description: describe(
        'listExchangeRates',
        'Dated exchange rates to the base currency',
        Type.Object({ data: Type.Array(RateSchema) }),
      ),
      handle: async () => ({ status: 200, body: { data: await listRates(knex) } }),
    },
    {
      ...common,
      method: 'PUT',
      path: '/api/v1/settings/exchange-rates/:currency/:validFrom',
      input: { params: rateParams, body: { kind: 'json', schema: RateBody } },
      description: describe('putExchangeRate', 'Set the rate of a currency from a day on', RateSchema),
      handle: async ({ params, body }) => ({
        status: 200,
        body: await putRate(knex, { ...rateKey(params), rate: (body as { rate: string }).rate }),
      }),
    },
    {
      ...common,
      method: 'DELETE',
      path: '/api/v1/settings/exchange-rates/:currency/:validFrom',
      input: { params: rateParams },
      description: { ...describe('removeExchangeRate', 'Remove a rate', {}), answers: { 204: null } },
      async handle({ params }) {
        await removeRate(knex, rateKey(params));
        return { status: 204, body: null };
      },
    },
  ];
}

const RateBody = Type.Object(
  { rate: Type.String({ pattern: '^(?!0*(\\.0*)?$)[0-9]{1,12}(\\.[0-9]{1,12})?$' }) },
  { additionalProperties: false },
);
const rateParams = { currency: Type.String({ pattern: '^[A-Z]{3}$' }), validFrom: Type.String({ format: 'date' }) };
const RateSchema = Type.Object({ currency: Type.String(), validFrom: Type.String(), rate: Type.String() });

function rateKey(params: Readonly<Record<string, string>>): { currency: string; validFrom: string } {
  return { currency: params['currency'] ?? '', validFrom: params['validFrom'] ?? '' };
}

function describe(operationId: string, summary: string, answer: object) {
  return { operationId, summary, tag: 'settings', answers: { 200: answer } };
}

function present({ values, version }: StoredSettings): EndpointResponse {
  return { status: 200, headers: { ETag: `"${version}"` }, body: values };
}
