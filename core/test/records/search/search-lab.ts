import { MalformedError } from '@trellis-crm/sdk';
import type { Identity } from '../../../dist/auth/identity.js';
import type { EndpointRequest } from '../../../dist/http/endpoint.js';
import type { RecordHost } from '../record-host.js';
import { operator } from '../record-host.js';

/** A hit as the API answers it. */
export interface Hit {
  readonly entity: string;
  readonly id: string;
  readonly title: string | null;
  readonly match: string | null;
  readonly isSimilar: boolean;
}

/** Asks the endpoints of a record host as somebody. */
export function searchOf(host: RecordHost) {
  const ask = async (path: string, query: Readonly<Record<string, string>>, identity: Identity): Promise<unknown> => {
    const endpoint = host.generation.endpoints.find((one) => one.method === 'GET' && one.path === path);
    const request = { generation: host.generation, identity, requestId: 'r', query, params: {} };
    return (await endpoint?.handle(request as unknown as EndpointRequest))?.body;
  };
  return {
    /** `GET /api/v1/search` */
    async search(
      q: string,
      query: Readonly<Record<string, string>> = {},
      identity = operator,
    ): Promise<readonly Hit[]> {
      return ((await ask('/api/v1/search', { q, ...query }, identity)) as { readonly data: readonly Hit[] }).data;
    },
    /** Names in a list with `q`. */
    async list(
      path: string,
      query: Readonly<Record<string, string>>,
      identity = operator,
    ): Promise<{
      readonly names: readonly string[];
      readonly page: { readonly next: string | null; readonly count: number | null };
    }> {
      const body = await ask(`/api/v1/${path}`, query, identity);
      const answer = (typeof body === 'string' ? JSON.parse(body) : body) as {
        readonly data: readonly { readonly name: string }[];
        readonly page: { readonly next: string | null; readonly count: number | null };
      };
      return { names: answer.data.map(({ name }) => name), page: answer.page };
    },
  };
}

/** Code of the first thing that was wrong with a query. */
export async function problemOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof MalformedError) return `${error.errors[0]?.pointer ?? ''} ${error.errors[0]?.code ?? ''}`;
    throw error;
  }
  return 'nothing was wrong';
}
