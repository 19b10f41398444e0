/** Toasts leave after 8 seconds, later while someone reads or holds them; failed requests make one themselves. */
const stayMs = 8000;

function watch(toast) {
  if (toast.dataset.watched) return;
  toast.dataset.watched = 'true';
  let timer = setTimeout(() => toast.remove(), stayMs);
  const hold = () => clearTimeout(timer);
  const release = () => {
    clearTimeout(timer);
    timer = setTimeout(() => toast.remove(), stayMs);
  };
  toast.addEventListener('pointerenter', hold);
  toast.addEventListener('pointerleave', release);
  toast.addEventListener('focusin', hold);
  toast.addEventListener('focusout', release);
}

function watchAll() {
  document.querySelectorAll('[data-toast]').forEach(watch);
}

function showFailure(note) {
  const template = document.getElementById('toast-template');
  const list = document.getElementById('toasts');
  if (!template || !list) return;
  const toast = template.content.cloneNode(true);
  toast.querySelector('[data-toast-note]').textContent = note ?? '';
  list.replaceChildren(toast);
  watchAll();
}

document.addEventListener('click', (event) => event.target.closest('[data-close-toast]')?.closest('[data-toast]')?.remove());

document.addEventListener('htmx:response:error', (event) => {
  const response = event.detail?.ctx?.response;
  if (!response || response.status < 500) return;
  const requestId = response.headers?.get?.('x-request-id');
  showFailure(requestId ? `#${requestId}` : `${response.status}`);
});
document.addEventListener('htmx:error', (event) => {
  const { error } = event.detail ?? {};
  if (error?.name !== 'AbortError' && !event.detail?.ctx?.response) showFailure();
});
document.addEventListener('ui:failure', (event) => showFailure(event.detail));
document.addEventListener('htmx:after:swap', watchAll);
watchAll();
