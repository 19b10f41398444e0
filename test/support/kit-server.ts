import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type * as Gallery from '../../core/dist/views/gallery/gallery.js';
import type * as Views from '../../core/dist/views/index.js';

/** A running server of the kit alone; no database. */
export interface KitServer {
  readonly url: string;
  /** Forms that came in, oldest first: address, forgery token of the header, body. */
  readonly posted: string[];
  /** Event streams that are open at `/api/v1/live`. */
  readonly streams: ReadonlySet<ServerResponse>;
  stop(): Promise<void>;
}

/** Pages by path, made with the engine at hand; text is sent as it is. */
export type KitPages = Readonly<
  Record<string, (engine: Views.ViewEngine, env: Views.ViewEnv) => Views.PageModel | string>
>;

/** Serves the gallery at `/dev/ui`, further pages and the assets under the strict policy, on a free port. */
export async function startKitServer(pages: KitPages = {}): Promise<KitServer> {
  const views = await loadViews();
  const assets = views.createAssetRegistry();
  const icons = views.createIconSet(views.coreIconsDir);
  const engine = views.createViewEngine({ sources: [views.coreViewSource()], assets, icons });
  const all: KitPages = { '/dev/ui': (await loadGallery()).buildGallery, ...pages };
  const posted: string[] = [];
  const streams = new Set<ServerResponse>();
  const server = createServer((request, response) => void answer(request, response));
  const { port } = await listen(server);
  return {
    url: `http://127.0.0.1:${String(port)}`,
    posted,
    streams,
    stop: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? '/';
    if (url.startsWith('/api/v1/live?')) {
      stream(request, response);
      return;
    }
    const asset = await assets.serve(url, request.headers['accept-encoding'] ?? '');
    if (asset) response.writeHead(200, asset.headers).end(asset.body);
    else await answerPage(url, request, response);
  }

  async function answerPage(url: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'POST') {
      posted.push(`${url} ${String(request.headers['x-csrf-token'])} ${await readBody(request)}`);
    }
    const page = all[url]?.(engine, env) ?? '';
    response
      .writeHead(page === '' ? 404 : 200, pageHeaders)
      .end(typeof page === 'string' ? page : render(page, request));
  }

  function stream(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    streams.add(response);
    request.on('close', () => streams.delete(response));
  }

  function render(page: Views.PageModel, request: IncomingMessage): string {
    const isPart = request.headers['hx-request-type'] === 'partial';
    const html = isPart ? engine.fragment(page, env, page.blocks[0]?.name) : engine.page(page, env, shell);
    return html.toHTML();
  }
}

/** The room has no public entry and the compiled test lies one folder deeper than its source. */
async function loadViews(): Promise<typeof Views> {
  return (await import(new URL('../../../core/dist/views/index.js', import.meta.url).href)) as typeof Views;
}

async function loadGallery(): Promise<typeof Gallery> {
  return (await import(new URL('../../../core/dist/views/gallery/gallery.js', import.meta.url).href)) as typeof Gallery;
}

async function listen(server: Server): Promise<AddressInfo> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server.address() as AddressInfo;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

const pageHeaders = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': "default-src 'self'" };
const places = ['/dev/ui', '/form'].map((href) => ({ label: href, icon: 'home', href }));
const shell = { workspaceName: 'Acme', liveHref: '/api/v1/live?topics=sales.deal', menu: [{ items: places }] };
const env: Views.ViewEnv = {
  locale: 'en',
  timeZone: 'UTC',
  currency: 'EUR',
  theme: 'system',
  csrfToken: 'token-1',
  url: '/dev/ui',
  now: new Date('2026-11-22T12:00:00Z'),
  user: { id: '1', name: 'Maya Kim', href: '/me' },
};
