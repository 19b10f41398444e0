export { topicsOf } from './event-topics.js';
export { LiveChannel } from './live-channel.js';
export { createLiveStreams, type LiveParts, type LiveStreams } from './live-endpoint.js';
export { LiveHub, type Topic } from './live-hub.js';
