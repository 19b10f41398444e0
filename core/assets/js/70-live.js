/**
 * What changed elsewhere: one event stream per browser. The visible tab that holds the lock listens and tells the others;
 * each tab turns a message into a DOM event `live:<topic>`, on which elements with `hx-trigger="live:… from:document"` ask again.
 */
const channel = new BroadcastChannel('trellis-live');
let release;
let isWaiting = false;

function announce({ topic, ...detail }) {
  document.dispatchEvent(new CustomEvent(`live:${topic}`, { detail }));
}

function listen(address) {
  return new Promise((resolve) => {
    const source = new EventSource(address);
    source.onmessage = (message) => {
      const change = JSON.parse(message.data);
      channel.postMessage(change);
      announce(change);
    };
    release = () => {
      source.close();
      release = undefined;
      resolve();
    };
  });
}

function follow() {
  const address = document.querySelector('[data-live]')?.dataset.live;
  if (document.hidden || !address) return release?.();
  if (isWaiting || release || !navigator.locks) return;
  isWaiting = true;
  navigator.locks.request('trellis-live', () => {
    isWaiting = false;
    return document.hidden ? undefined : listen(address);
  });
}

channel.onmessage = ({ data }) => announce(data);
document.addEventListener('visibilitychange', follow);
addEventListener('pagehide', () => release?.());
follow();
