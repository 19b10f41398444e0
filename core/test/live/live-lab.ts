import { NotFoundError, type Reach } from '@trellis-crm/sdk';
import type { Endpoint, EndpointRequest } from '../../dist/http/endpoint.js';
import { createLiveStreams, LiveHub, type LiveStreams } from '../../dist/live/index.js';
import { labSession, startLab, type HttpLab } from '../http/http-lab.js';

/** The stream of live changes on a real server, for Ada with the given reaches. */
export interface LiveLab {
  readonly hub: LiveHub;
  readonly streams: LiveStreams;
  /** Opens a stream and waits until it flows. */
  open(topics: string): Promise<OpenStream>;
  close(): Promise<void>;
}

/** A stream of server-sent events as a browser reads it. */
export interface OpenStream {
  readonly response: Response;
  /** Topic of the next message; undefined at the end. */
  next(): Promise<string | undefined>;
  leave(): void;
}

/** What Ada may do. */
export interface LiveRights {
  /** By entity. */
  readonly reaches: Readonly<Record<string, Reach>>;
  readonly visibleIds: readonly string[];
  readonly ownJobs: readonly string[];
}

/** Starts the lab. */
export async function startLiveLab(rights: LiveRights): Promise<LiveLab> {
  const hub = new LiveHub();
  const streams = createLiveStreams({
    hub,
    isVisible: async (_request, _entity, id) => rights.visibleIds.includes(id),
    mayWatchJob: async (_request, id) => {
      if (rights.ownJobs.includes(id)) return true;
      throw new NotFoundError('job_not_found');
    },
    watchCaller: () => async () => true,
  });
  const lab = await startLab([asAda(streams.endpoint, rights)]);
  return { hub, streams, open: (topics) => openStream(lab, topics), close: () => lab.close() };
}

/** The lab's generation has no entities and its Ada few rights: both come from here. */
function asAda(endpoint: Endpoint, { reaches }: LiveRights): Endpoint {
  const reach = (permission: string): Reach | null => reaches[permission.replace(':read', '')] ?? null;
  const entities = new Map(['core.account', 'core.contact', 'core.user'].map((id) => [id, {}]));
  return {
    ...endpoint,
    handle: (request) =>
      endpoint.handle({
        ...request,
        identity: { ...request.identity, reach },
        generation: { ...request.generation, entities },
      } as unknown as EndpointRequest),
  };
}

async function openStream(lab: HttpLab, topics: string): Promise<OpenStream> {
  const abort = new AbortController();
  const response = await lab.fetch(`/api/v1/live?topics=${topics}`, {
    headers: { cookie: labSession.cookie },
    signal: abort.signal,
  });
  const messages = messagesOf(response);
  if (response.ok) await messages.next();
  return {
    response,
    next: async () => {
      const { value } = await messages.next();
      return typeof value === 'string'
        ? (JSON.parse(value.slice('data: '.length)) as { topic: string }).topic
        : undefined;
    },
    leave: () => abort.abort(),
  };
}

async function* messagesOf(response: Response): AsyncGenerator<string, undefined> {
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString();
    const parts = text.split('\n\n');
    text = parts.pop() ?? '';
    yield* parts;
  }
}
