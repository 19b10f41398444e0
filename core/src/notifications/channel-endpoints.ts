import { Type, ValidationError } from '@trellis-crm/sdk';
import { requireUser } from '../auth/own-access.js';
import type { Endpoint, EndpointRequest, EndpointResponse } from '../http/endpoint.js';
import type { Workspace } from '../workspace/workspace.js';
import { kindsFor, readToldSettings, writeToldSettings, type ToldSettings } from './channels.js';
import { kindsOf, type KnownKind } from './kinds.js';

/** What I want to be told and how, under `/api/v1/me/notifications`. */
export function channelEndpoints(workspace: Workspace): readonly Endpoint[] {
  const common = { module: 'core', surface: 'api', access: 'signed-in', path: '/api/v1/me/notifications' } as const;
  return [
    {
      ...common,
      method: 'GET',
      description: describe('getMyNotificationSettings', 'How I am told of each kind'),
      handle: (request) => present(workspace, request),
    },
    {
      ...common,
      method: 'PATCH',
      input: { body: { kind: 'json', schema: ToldPatch } },
      description: describe('updateMyNotificationSettings', 'Choose how I am told'),
      async handle(request) {
        const user = requireUser(request.identity.userId);
        const settings = request.body as Partial<ToldSettings>;
        checkKinds(settings, kindsOfReader(request));
        await workspace.database.tx((trx) => writeToldSettings(trx, user, settings));
        return present(workspace, request);
      },
    },
  ];
}

async function present(workspace: Workspace, request: EndpointRequest): Promise<EndpointResponse> {
  const user = requireUser(request.identity.userId);
  const kinds = kindsOfReader(request);
  const { digestHour, kinds: channels } = await readToldSettings(workspace.database.knex, user, kinds);
  const { views } = request.generation;
  const named = channels.map((channel, place) => {
    const kind = kinds[place];
    const label = kind === undefined ? channel.kind : views.translate(request.identity, kind.module, kind.label);
    return { ...channel, label };
  });
  return { status: 200, body: { digestHour, kinds: named } };
}

function kindsOfReader({ generation, identity }: EndpointRequest): readonly KnownKind[] {
  return kindsFor(kindsOf(generation), identity);
}

/** @throws ValidationError `unknown_kind` */
function checkKinds({ kinds = [] }: Partial<ToldSettings>, known: readonly KnownKind[]): void {
  const ids = new Set<string>(known.map(({ id }) => id));
  const errors = kinds.flatMap(({ kind }, place) =>
    ids.has(kind) ? [] : [{ pointer: `/kinds/${place}/kind`, code: 'unknown_kind', message: 'is no kind' }],
  );
  if (errors.length > 0) throw new ValidationError('not_valid', {}, { errors });
}

const Mail = Type.Union([Type.Literal('immediate'), Type.Literal('digest'), Type.Literal('never')]);
const channel = { kind: Type.String({ maxLength: 100 }), app: Type.Boolean(), mail: Mail };
const DigestHour = Type.Integer({ minimum: 0, maximum: 23 });
const ToldPatch = Type.Partial(
  Type.Object({
    digestHour: DigestHour,
    kinds: Type.Array(Type.Object(channel, { additionalProperties: false }), { maxItems: 200 }),
  }),
  { additionalProperties: false },
);
const ToldSchema = Type.Object({
  digestHour: DigestHour,
  kinds: Type.Array(Type.Object({ ...channel, label: Type.String() })),
});

function describe(operationId: string, summary: string) {
  return { operationId, summary, tag: 'notifications', answers: { 200: ToldSchema } };
}
