import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip } from 'node:zlib';
import type { LoadRequest } from './round.js';

/** What a page takes over the wire, heads of the answers included, compressed as a browser asks for it. */
export interface Transfer {
  /** By who was never there before: the page, what it loads by itself, and everything those need. */
  readonly coldBytes: number;
  /** By who has what may be kept. */
  readonly warmBytes: number;
}

/** Loads a page with its styles, scripts, fonts, icons, and the parts that it fetches once it is there. @throws Error when anything fails */
export async function transferOf(port: number, request: LoadRequest): Promise<Transfer> {
  const page = await load(port, request.path, request.headers);
  const parts = await Promise.all(
    partsOf(page.text).map((path) => load(port, path, { ...request.headers, 'HX-Request': 'true' })),
  );
  const assets = await loadAssets(port, [...addressesIn(page.text), ...parts.flatMap(({ text }) => addressesIn(text))]);
  const sum = (loaded: readonly Loaded[]): number => loaded.reduce((total, { bytes }) => total + bytes, 0);
  const everyTime = [page, ...parts, ...assets.filter(({ isKept }) => !isKept)];
  return { coldBytes: sum([page, ...parts, ...assets]), warmBytes: sum(everyTime) };
}

interface Loaded {
  readonly bytes: number;
  readonly text: string;
  /** A browser that has it does not ask for it again. */
  readonly isKept: boolean;
}

/** Assets and what they name in turn, each once. */
async function loadAssets(port: number, addresses: readonly string[]): Promise<readonly Loaded[]> {
  const known = new Set<string>();
  const loaded: Loaded[] = [];
  let waiting = addresses;
  while (waiting.length > 0) {
    const fresh = [...new Set(waiting)].filter((address) => !known.has(address));
    for (const address of fresh) known.add(address);
    const assets = await Promise.all(fresh.map((address) => load(port, address, {})));
    loaded.push(...assets);
    waiting = assets.flatMap(({ text }, index) => namedIn(text, fresh[index] ?? '/'));
  }
  return loaded;
}

/** What a browser loads for a document: `<link href>` and `src`. */
function addressesIn(html: string): readonly string[] {
  const found = [...html.matchAll(/<link\b[^>]*\bhref="([^"]+)"/g), ...html.matchAll(/\bsrc="([^"]+)"/g)];
  return found.flatMap(([, address = '']) => (address.startsWith('/') ? [address] : []));
}

/** What a style sheet or a module names: fonts and other modules. */
function namedIn(text: string, from: string): readonly string[] {
  const found = [
    ...text.matchAll(/url\(["']?([^"')]+)["']?\)/g),
    ...text.matchAll(/\b(?:from|import) ?["']([^"']+)["']/g),
  ];
  return found.flatMap(([, address = '']) => {
    const url = new URL(address, `http://localhost${from}`);
    return url.host === 'localhost' && !address.startsWith('data:') && !address.startsWith('#') ? [url.pathname] : [];
  });
}

/** Parts that a page fetches as soon as it is shown. */
function partsOf(html: string): readonly string[] {
  return [...html.matchAll(/<[^>]*\bhx-get="([^"]+)"[^>]*\bhx-trigger="load"/g)].map(([, path = '']) =>
    path.replaceAll('&amp;', '&'),
  );
}

/** On a connection of its own, so that its bytes are all there are. */
async function load(port: number, path: string, headers: LoadRequest['headers']): Promise<Loaded> {
  const asking = get({
    port,
    host: '127.0.0.1',
    path,
    agent: false,
    headers: { ...headers, 'Accept-Encoding': 'gzip, br' },
  });
  const [answer] = (await once(asking, 'response')) as [IncomingMessage];
  const { socket } = answer;
  const body = await buffer(answer);
  if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.statusCode ?? ''}`);
  const isKept = /immutable/.test(answer.headers['cache-control'] ?? '');
  return { bytes: socket.bytesRead, text: await plain(body, answer.headers['content-encoding']), isKept };
}

async function plain(body: Buffer, encoding: string | undefined): Promise<string> {
  if (encoding === 'br') return (await promisify(brotliDecompress)(body)).toString();
  return (encoding === 'gzip' ? await promisify(gunzip)(body) : body).toString();
}
