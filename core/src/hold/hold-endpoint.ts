import { Type } from '@trellis-crm/sdk';
import type { Endpoint } from '../http/endpoint.js';
import type { Hold } from './hold.js';

/** `GET /api/v1/hold`: whether the workspace sends nothing. It is released at the terminal, by whoever restored it. */
export function holdEndpoint(hold: () => Hold): Endpoint {
  return {
    module: 'core',
    surface: 'api',
    method: 'GET',
    path: '/api/v1/hold',
    access: 'signed-in',
    description: {
      operationId: 'getHold',
      summary: 'Whether the workspace is a restored copy that sends nothing',
      tag: 'settings',
      answers: { 200: Type.Object({ held: Type.Union([HeldSchema, Type.Null()]) }) },
    },
    handle: async () => ({ status: 200, body: { held: hold().current() } }),
  };
}

const HeldSchema = Type.Object({ since: Type.String({ format: 'date-time' }), reason: Type.String() });
