/**
 * What changed elsewhere: one event stream per browser. The visible tab that holds the lock listens for all tabs and tells the others;
 * each tab turns a message into a DOM event `live:<topic>`, on which elements with `hx-trigger="live:… from:document"` ask again.
 * A page says what it watches by the address in `data-live`, a part of it by topics in `data-live-topics`.
 */
const channel = new BroadcastChannel('trellis-live');
const self = crypto.randomUUID();
const wishes = new Map();
let release;
let isWaiting = false;
let heard = '';

function announce({ topic, ...detail }) {
  document.dispatchEvent(new CustomEvent(`live:${topic}`, { detail }));
}

function ownTopics() {
  const address = document.querySelector('[data-live]')?.dataset.live;
  const page = address ? (new URL(address, location).searchParams.get('topics') ?? '').split(',') : [];
  const parts = [...document.querySelectorAll('[data-live-topics]')].flatMap((part) => part.dataset.liveTopics.split(' '));
  return [...page, ...parts].filter(Boolean);
}

function allTopics() {
  return [...new Set([...wishes.values()].flat())].sort().slice(0, 100).join(',');
}

function listen() {
  return new Promise((resolve) => {
    heard = allTopics();
    const source = new EventSource(`/api/v1/live?topics=${encodeURIComponent(heard)}`);
    source.onmessage = (message) => {
      const change = JSON.parse(message.data);
      channel.postMessage({ change });
      announce(change);
    };
    release = () => {
      source.close();
      release = undefined;
      resolve();
    };
  });
}

/** Listens while this tab is the visible one that holds the lock, anew when the tabs watch something else. */
function follow() {
  if (document.hidden || allTopics() === '') return release?.();
  if (release) {
    if (heard === allTopics()) return;
    release();
  }
  if (isWaiting || !navigator.locks) return;
  isWaiting = true;
  navigator.locks.request('trellis-live', () => {
    isWaiting = false;
    return document.hidden || allTopics() === '' ? undefined : listen();
  });
}

function wish() {
  const topics = ownTopics();
  if (wishes.get(self)?.join() !== topics.join()) {
    wishes.set(self, topics);
    channel.postMessage({ tab: self, topics });
  }
  follow();
}

channel.onmessage = ({ data: { change, tab, topics, isAsking } }) => {
  if (change) return announce(change);
  if (isAsking) return channel.postMessage({ tab: self, topics: wishes.get(self) ?? [] });
  if (topics.length > 0) wishes.set(tab, topics);
  else wishes.delete(tab);
  follow();
};
document.addEventListener('visibilitychange', follow);
document.addEventListener('htmx:after:swap', wish);
addEventListener('pagehide', () => {
  channel.postMessage({ tab: self, topics: [] });
  release?.();
});
addEventListener('pageshow', ({ persisted }) => {
  if (!persisted) return;
  wishes.delete(self);
  wish();
});
channel.postMessage({ isAsking: true });
wish();
