import { Account, Contact, Type, Uuid, type EntityDefinition } from '@trellis-crm/sdk';
import type { Endpoint, EndpointRequest } from '../../http/endpoint.js';
import { asText, titleOf } from '../fields/entity-field.js';
import { SafeHtml } from '../../views/safe-html.js';
import type { PageCall, PageDeps } from '../page-call.js';
import { pageEndpoint, showPage, showPart, type PageAnswer } from '../page-endpoint.js';
import { renderBrief } from './brief-block.js';
import { readBriefs } from './read-brief.js';

/** The brief of customers, over the API and as a page; the page of an account or contact shows the same strip. */
export function briefEndpoints(deps: PageDeps): readonly Endpoint[] {
  return [Account, Contact].flatMap((entity) => [
    readEndpoint(deps, entity),
    pageEndpoint(deps, `GET /${entity.plural}/:id/brief`, {
      access: `${entity.id}:read`,
      params: { id: Uuid },
      handle: (call) => showBrief(call, entity),
    }),
  ]);
}

const line = Type.Object(
  {
    id: Type.String({ description: 'Module and line, like `sales.open-deals`' }),
    label: Type.String(),
    value: Type.Union([Type.String(), Type.Null()], { description: 'Null when the module did not answer' }),
    href: Type.Union([Type.String(), Type.Null()]),
    tone: Type.Union([Type.Literal('ok'), Type.Literal('warn'), Type.Literal('bad'), Type.Null()]),
  },
  { additionalProperties: false },
);

/** `GET /api/v1/accounts/:id/brief`: owner, what is open, and what else modules know, in a line each. */
function readEndpoint({ workspace, calls }: PageDeps, entity: EntityDefinition): Endpoint {
  return {
    method: 'GET',
    path: `/api/v1/${entity.plural}/:id/brief`,
    module: 'core',
    access: `${entity.id}:read`,
    surface: 'api',
    input: { params: { id: Uuid } },
    description: {
      operationId: `${entity.id}.brief`,
      summary: `What one should know before talking to this ${entity.noun}`,
      tag: entity.plural,
      answers: { 200: Type.Object({ data: Type.Array(line) }, { additionalProperties: false }) },
    },
    async handle(request: EndpointRequest) {
      const { generation, identity, signal } = request;
      const { id = '' } = request.params;
      await workspace.context({ generation, module: 'core', identity, signal }).records(entity).get(id);
      const lines = (await readBriefs({ workspace, calls, request }, entity.id, [id])).get(id) ?? [];
      const data = lines.map(({ fact, ...rest }) => ({
        ...rest,
        value: fact?.value ?? null,
        href: fact?.href ?? null,
        tone: fact?.tone ?? null,
      }));
      return { status: 200, body: { data } };
    },
  };
}

/** `GET /accounts/:id/brief`: the strip alone for htmx; without it a page that leads to the record. */
async function showBrief(call: PageCall, entity: EntityDefinition): Promise<PageAnswer> {
  const { ctx, request, labels } = call;
  const { id = '' } = request.params;
  const record = await ctx.records(entity).get(id);
  const html = (await renderBrief(call, entity.id, id)) ?? SafeHtml.trust('');
  if (request.isPartial) return showPart(html);
  const compiled = request.generation.entities.get(entity.id);
  const title = compiled === undefined ? asText(record['name']) : titleOf(compiled, record);
  return showPage({
    title,
    breadcrumbs: [
      { label: labels.many(entity), href: `/${entity.plural}` },
      { label: title, href: `/${entity.plural}/${id}` },
      { label: call.t('brief.title') },
    ],
    blocks: [{ name: 'brief', html }],
  });
}
