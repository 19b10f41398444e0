import { Type } from '@trellis-crm/sdk';
import { requireUser } from '../auth/own-access.js';
import type { Endpoint } from '../http/endpoint.js';
import type { Workspace } from '../workspace/workspace.js';
import { changeOwnPreferences, readOwnPreferences, type OwnPreferences } from './own-preferences.js';

/** Language and time zone of whoever asks. */
export function ownEndpoints(workspace: Workspace): readonly Endpoint[] {
  const common = { module: 'core', surface: 'api', access: 'signed-in', path: '/api/v1/me/preferences' } as const;
  return [
    {
      ...common,
      method: 'GET',
      description: describe('getMyPreferences', 'The language and time zone I chose; null is the workspace’s'),
      async handle(call) {
        const userId = requireUser(call.identity.userId);
        return { status: 200, body: await readOwnPreferences(workspace, call, userId) };
      },
    },
    {
      ...common,
      method: 'PATCH',
      input: { body: { kind: 'json', schema: Type.Partial(PreferencesSchema, { additionalProperties: false }) } },
      description: describe('updateMyPreferences', 'Change my language and time zone'),
      async handle(call) {
        const userId = requireUser(call.identity.userId);
        const preferences = call.body as Partial<OwnPreferences>;
        return { status: 200, body: await changeOwnPreferences(workspace, call, userId, preferences) };
      },
    },
  ];
}

const PreferencesSchema = Type.Object({
  locale: Type.Union([Type.String({ minLength: 2, maxLength: 20 }), Type.Null()]),
  timeZone: Type.Union([Type.String({ minLength: 1, maxLength: 60 }), Type.Null()]),
});

function describe(operationId: string, summary: string) {
  return { operationId, summary, tag: 'access', answers: { 200: PreferencesSchema } };
}
