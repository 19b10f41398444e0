import { isTrellisError, MalformedError, RateLimitError, Type, UnavailableError, type Id } from '@trellis-crm/sdk';
import type { Endpoint, EndpointRequest, EndpointResponse } from '../http/endpoint.js';
import { inboxTopic } from './inbox-topic.js';
import { entityOf, type LiveHub, type Topic } from './live-hub.js';
import { LiveStream } from './live-stream.js';

/** What the stream of live changes needs to decide who may watch what. */
export interface LiveParts {
  readonly hub: LiveHub;
  /** Whether the caller may read this record now. */
  isVisible(request: EndpointRequest, entity: string, id: Id): Promise<boolean>;
  /** Whether the job was started by the caller, or the caller administers jobs. */
  mayWatchJob(request: EndpointRequest, id: Id): Promise<boolean>;
  /** @returns how to ask later whether the caller still is who they were, with the same rights */
  watchCaller(request: EndpointRequest): () => Promise<boolean>;
}

/** The streams of a process. */
export interface LiveStreams {
  readonly endpoint: Endpoint;
  /** Ends the streams of those whose rights changed, soon; their browsers come back with what they may see now. */
  recheck(): void;
  /** Ends all streams and takes no more, for a process that stops: browsers come back elsewhere. */
  close(): void;
}

const LiveQuery = Type.Object(
  { topics: Type.String({ minLength: 1, maxLength: 8000 }) },
  { additionalProperties: false },
);

const description = {
  operationId: 'watchLive',
  summary: 'Server-sent events about changes of records, by id',
  tag: 'live',
  answers: { 200: null },
} as const;

const maxStreamsPerCaller = 4;
const maxTopics = 100;

/** `GET /api/v1/live`: tells which records changed, by id only; whoever watches fetches them with its own rights. */
export function createLiveStreams(parts: LiveParts): LiveStreams {
  const open = new Map<LiveStream, OpenFor>();
  let isClosed = false;
  let isCheckDue = false;
  return {
    endpoint: {
      method: 'GET',
      path: '/api/v1/live',
      module: 'core',
      access: 'signed-in',
      surface: 'api',
      input: { query: LiveQuery },
      description,
      handle: async (request) => {
        if (isClosed) throw new UnavailableError('stopping', { retryAfterSeconds: 2 });
        const caller = callerOf(request);
        limit([...open.values()].filter((other) => other.caller === caller).length);
        const stream = await openStream(parts, request);
        open.set(stream, { caller, isStillWelcome: parts.watchCaller(request) });
        stream.once('close', () => open.delete(stream));
        return answer(stream);
      },
    },
    recheck() {
      if (isCheckDue) return;
      isCheckDue = true;
      setTimeout(() => {
        isCheckDue = false;
        void endUnwelcome(open);
      }, recheckMs).unref();
    },
    close() {
      isClosed = true;
      for (const stream of open.keys()) stream.end();
    },
  };
}

/** Whose stream it is. */
interface OpenFor {
  readonly caller: string;
  isStillWelcome(): Promise<boolean>;
}

/** Changes of access come in bursts. */
const recheckMs = 200;

/** One after the other: nobody waits for it, and requests need the connections. */
async function endUnwelcome(open: ReadonlyMap<LiveStream, OpenFor>): Promise<void> {
  for (const [stream, { isStillWelcome }] of [...open]) if (!(await isStillWelcome())) stream.end();
}

/** Topics that are absent or not readable are never heard of: both look the same. */
async function openStream(parts: LiveParts, request: EndpointRequest): Promise<LiveStream> {
  const asked = topicsIn(request.query['topics']);
  const allowed = await Promise.all(asked.map((topic) => mayWatch(parts, request, topic).catch(denyAbsent)));
  const stream = new LiveStream();
  const watched = asked.filter((_, index) => allowed[index]);
  const heard = watched.map((topic) => (topic === inboxTopic ? `${topic}:${request.identity.userId ?? ''}` : topic));
  const stop = parts.hub.watch(heard, tellOf(stream, new Set(watched), readableAsAWhole(request, watched)));
  stream.once('close', stop);
  request.signal.addEventListener('abort', () => stream.destroy(), { once: true });
  return stream;
}

function topicsIn(query: unknown): readonly Topic[] {
  const topics = [...new Set(String(query).split(','))];
  const isWrong = topics.length > maxTopics || topics.some((topic) => !topicPattern.test(topic));
  if (!isWrong) return topics;
  throw new MalformedError(
    'invalid_topics',
    {},
    { errors: [{ pointer: '?topics', code: 'invalid_topics', message: explanation }] },
  );
}

const topicPattern = /^(?:[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*(?::[0-9a-f-]{36})?|job:[0-9a-f-]{36})$/;
const explanation = `Give up to ${maxTopics} topics, separated by commas: core.account, core.account:<id> or job:<id>`;

async function mayWatch(parts: LiveParts, request: EndpointRequest, topic: Topic): Promise<boolean> {
  const entity = entityOf(topic);
  const id = topic.slice(entity.length + 1);
  if (entity === inboxTopic) return id === '' && request.identity.userId !== null;
  if (entity === 'job') return parts.mayWatchJob(request, id);
  const reach = request.generation.entities.has(entity) ? request.identity.reach(`${entity}:read`) : null;
  if (reach === null || id === '') return reach !== null;
  return parts.isVisible(request, entity, id);
}

function readableAsAWhole({ identity }: EndpointRequest, topics: readonly Topic[]): ReadonlySet<Topic> {
  return new Set(topics.filter((topic) => identity.reach(`${topic}:read`) === 'all'));
}

function denyAbsent(error: unknown): false {
  if (isTrellisError(error) && error.status === 404) return false;
  throw error;
}

/** Ids of records go to those who watch them, or who may read all of the entity; others learn that something changed. Holds no request. */
function tellOf(stream: LiveStream, watched: ReadonlySet<Topic>, wholes: ReadonlySet<Topic>): (topic: Topic) => void {
  return (topic) => {
    const entity = entityOf(topic);
    if (watched.has(topic) || wholes.has(entity)) stream.tell(topic);
    if (watched.has(entity)) stream.tell(entity);
  };
}

function callerOf({ session, identity }: EndpointRequest): string {
  return session === null ? `${identity.kind}:${identity.id}` : `session:${session.id}`;
}

function limit(streams: number): void {
  if (streams >= maxStreamsPerCaller) throw new RateLimitError('too_many_streams', { retryAfterSeconds: 30 });
}

/** `no-transform` keeps proxies and compression from holding messages back. */
function answer(stream: LiveStream): EndpointResponse {
  return {
    status: 200,
    headers: {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store, no-transform',
      'X-Accel-Buffering': 'no',
    },
    body: stream,
  };
}
