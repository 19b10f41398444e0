/** Toasts leave after 8 seconds, later while someone reads or holds them; failed requests make one themselves. */
const stayMs = 8000;

function watch(toast) {
  if (toast.dataset.watched) return;
  toast.dataset.watched = 'true';
  let timer;
  const hold = () => clearTimeout(timer);
  const release = () => {
    hold();
    timer = setTimeout(() => toast.remove(), stayMs);
  };
  toast.addEventListener('pointerenter', hold);
  toast.addEventListener('pointerleave', release);
  toast.addEventListener('focusin', hold);
  toast.addEventListener('focusout', release);
  release();
}

function watchAll() {
  document.querySelectorAll('#toasts [data-toast]').forEach(watch);
}

function showFailure(text, note) {
  const template = document.getElementById('toast-template');
  const list = document.getElementById('toasts');
  if (!template || !list) return;
  const toast = template.content.cloneNode(true);
  if (text) toast.querySelector('[data-toast-text]').textContent = text;
  toast.querySelector('[data-toast-note]').textContent = note ?? '';
  list.replaceChildren(toast);
  watchAll();
}

/** The title of an error page says what happened; its part before the workspace's name is enough here. */
const titleOf = (html) => /<title>([^<]*)/.exec(html ?? '')?.[1]?.split(' · ')[0];

document.addEventListener('click', (event) => event.target.closest('[data-close-toast]')?.closest('[data-toast]')?.remove());

document.addEventListener('htmx:response:error', ({ detail: { ctx } }) => {
  const { status, headers } = ctx.response;
  const isPart = ctx.target !== document.body;
  if (status === 401 && isPart) return location.reload();
  if (status === 422 || (status < 500 && !isPart)) return;
  ctx.swap = 'none';
  const told = headers.get('x-problem-text');
  if (status < 500) return showFailure(told ? decodeURIComponent(told) : titleOf(ctx.text));
  const note = document.getElementById('toast-template')?.dataset.note ?? '';
  showFailure(undefined, note.replace('{id}', headers.get('x-request-id') ?? status));
});
document.addEventListener('htmx:error', ({ detail }) => {
  const offline = document.getElementById('toast-template')?.dataset.offline;
  if (detail?.ctx && !detail.ctx.response) showFailure(undefined, offline);
});
document.addEventListener('htmx:after:swap', watchAll);
watchAll();
