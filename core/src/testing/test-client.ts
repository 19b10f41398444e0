import type { TestBody, TestClient, TestResponse } from '@trellis-crm/sdk/testing';

/** What a client presents: to the API a token, to pages a session with the CSRF token that belongs to it. */
export interface TestCredentials {
  readonly token: string;
  readonly sessionToken: string;
  readonly csrfToken: string;
}

type HeaderValues = Readonly<Record<string, string>>;

/** HTTP over real connections, as somebody or as nobody. */
export function createTestClient(url: string, credentials: TestCredentials | null): TestClient {
  const api = apiHeaders(credentials);
  const browser: HeaderValues = {
    Accept: 'text/html',
    ...(credentials === null ? {} : { Cookie: `trellis_session=${credentials.sessionToken}` }),
  };
  const request = (method: string, path: string, body?: unknown, headers: HeaderValues = {}): Promise<TestResponse> =>
    send(url + path, { method, headers: { ...api, ...contentType(body), ...headers }, ...toBody(body) });
  return {
    request,
    get: (path, headers) => request('GET', path, undefined, headers),
    post: (path, body, headers) => request('POST', path, body, headers),
    patch: (path, body, headers) => request('PATCH', path, body, headers),
    delete: (path, headers) => request('DELETE', path, undefined, headers),
    page: (path, headers) => send(url + path, { headers: { ...browser, ...headers } }),
    submit: (path, form, headers) =>
      send(url + path, {
        method: 'POST',
        headers: { ...browser, ...headers },
        body: new URLSearchParams({ _csrf: credentials?.csrfToken ?? '', ...form }),
      }),
  };
}

function apiHeaders(credentials: TestCredentials | null): HeaderValues {
  return credentials === null ? {} : { Authorization: `Bearer ${credentials.token}` };
}

function contentType(body: unknown): HeaderValues {
  return body === undefined ? {} : { 'Content-Type': 'application/json' };
}

function toBody(body: unknown): { readonly body?: string | Uint8Array<ArrayBuffer> } {
  if (body === undefined) return {};
  if (body instanceof Uint8Array) return { body: new Uint8Array(body) };
  return { body: typeof body === 'string' ? body : JSON.stringify(body) };
}

async function send(address: string, init: RequestInit): Promise<TestResponse> {
  const response = await fetch(address, { redirect: 'manual', ...init });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parse(response, text) };
}

function parse(response: Response, text: string): TestBody {
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  // What is no JSON has no properties to compare; tests look at the text.
  return isJson && text !== '' ? (JSON.parse(text) as TestBody) : {};
}
