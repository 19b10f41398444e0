import type { Endpoint, Method } from '../http/endpoint.js';
import type { EndpointMatch } from './generation.js';

/** Finds the endpoint of a request by walking its segments: the cost grows with the depth of the path only. */
export interface RouteTable {
  match(method: Method, path: string): Exclude<EndpointMatch, { kind: 'plugin-disabled' }>;
}

/** Builds the table. @throws DuplicateRouteError when two endpoints answer the same method and path */
export function createRouteTable(endpoints: readonly Endpoint[]): RouteTable {
  const root = createNode();
  for (const endpoint of endpoints) insert(root, endpoint);
  return {
    match(method, path) {
      const segments = path.slice(1).split('/');
      const found = find(root, { method, segments });
      if (found !== undefined) return { kind: 'found', endpoint: found.endpoint, params: paramsOf(found, segments) };
      const allowed = new Set<Method>();
      find(root, { method, segments, allowed });
      return allowed.size > 0 ? { kind: 'wrong-method', allowed: [...allowed].sort() } : { kind: 'absent' };
    },
  };
}

/** Two modules, or one module twice, answer the same requests. */
export class DuplicateRouteError extends Error {
  override readonly name = 'DuplicateRouteError';

  constructor(
    readonly first: Endpoint,
    readonly second: Endpoint,
  ) {
    super(`${second.method} ${second.path} is already answered by ${first.module} (${first.path})`);
  }
}

interface Node {
  readonly fixed: Map<string, Node>;
  param: Node | undefined;
  readonly targets: Map<Method, Target>;
}

interface Target {
  readonly endpoint: Endpoint;
  /** Segments that are parameters, by their names. */
  readonly params: readonly (readonly [name: string, index: number])[];
}

function createNode(): Node {
  return { fixed: new Map(), param: undefined, targets: new Map() };
}

function insert(root: Node, endpoint: Endpoint): void {
  const segments = endpoint.path.slice(1).split('/');
  const node = segments.reduce(childOf, root);
  const first = node.targets.get(endpoint.method);
  if (first !== undefined) throw new DuplicateRouteError(first.endpoint, endpoint);
  const params = segments.flatMap((segment, index) =>
    segment.startsWith(':') ? [[segment.slice(1), index] as const] : [],
  );
  node.targets.set(endpoint.method, { endpoint, params });
}

function childOf(node: Node, segment: string): Node {
  if (segment.startsWith(':')) return (node.param ??= createNode());
  const child = node.fixed.get(segment) ?? createNode();
  node.fixed.set(segment, child);
  return child;
}

interface Search {
  readonly method: Method;
  readonly segments: readonly string[];
  /** Takes the methods that the path knows, when the asked one is not among them. */
  readonly allowed?: Set<Method>;
}

/** A fixed segment wins over a parameter, but only where it knows the method. */
function find(node: Node, search: Search, depth = 0): Target | undefined {
  const segment = search.segments[depth];
  if (segment === undefined) return targetOf(node, search);
  const fixed = node.fixed.get(segment);
  const found = fixed === undefined ? undefined : find(fixed, search, depth + 1);
  if (found !== undefined || node.param === undefined || segment === '') return found;
  return find(node.param, search, depth + 1);
}

function targetOf({ targets }: Node, { method, allowed }: Search): Target | undefined {
  if (allowed !== undefined) for (const known of targets.keys()) allowed.add(known);
  return targets.get(method);
}

function paramsOf({ params }: Target, segments: readonly string[]): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const [name, index] of params) values[name] = decode(segments[index] ?? '');
  return values;
}

/** A broken escape stays as it is: no record has such an id. */
function decode(segment: string): string {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
