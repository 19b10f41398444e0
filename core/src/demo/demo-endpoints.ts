import { Type } from '@trellis-crm/sdk';
import type { Endpoint } from '../http/endpoint.js';
import type { DemoData } from './demo-data.js';

const base = {
  module: 'core',
  surface: 'api',
  access: 'core.demo:administer',
  path: '/api/v1/demo-data',
} as const;

const Count = Type.Integer({ minimum: 0 });

/** `GET`, `POST` and `DELETE /api/v1/demo-data`. Records added here come without logins: the workspace is in use. */
export function demoEndpoints(demo: () => DemoData): readonly Endpoint[] {
  return [
    {
      ...base,
      method: 'GET',
      description: {
        operationId: 'countDemoData',
        summary: 'Number of demo records',
        tag: 'demo data',
        answers: { 200: Type.Object({ data: Type.Object({ count: Count }) }) },
      },
      handle: async () => ({ status: 200, body: { data: { count: await demo().count() } } }),
    },
    {
      ...base,
      method: 'POST',
      description: {
        operationId: 'addDemoData',
        summary: 'Add demo records',
        tag: 'demo data',
        answers: { 201: Type.Object({ data: Type.Object({ count: Count }) }) },
      },
      async handle() {
        await demo().add({ canSignIn: false });
        return { status: 201, headers: { Location: base.path }, body: { data: { count: await demo().count() } } };
      },
    },
    {
      ...base,
      method: 'DELETE',
      description: {
        operationId: 'removeDemoData',
        summary: 'Remove the demo records',
        tag: 'demo data',
        answers: { 200: Type.Object({ data: Type.Object({ removed: Count, kept: Count }) }) },
      },
      handle: async ({ identity }) => ({ status: 200, body: { data: await demo().remove(identity.userId) } }),
    },
  ];
}
