/** Small comforts of every page: the loading line, focus after a swap, select all, copy, and controls that send their form. */
let running = 0;

function setRunning(change) {
  running = Math.max(0, running + change);
  document.documentElement.classList.toggle('is-loading', running > 0);
}

document.addEventListener('htmx:before:request', () => setRunning(1));
document.addEventListener('htmx:finally:request', () => setRunning(-1));

document.addEventListener('htmx:after:swap', (event) => {
  const target = event.detail?.ctx?.target;
  const wanted = document.querySelector('[data-focus]:not([data-focused])');
  if (wanted) {
    wanted.dataset.focused = 'true';
    wanted.focus();
  } else if (target === document.body) {
    document.getElementById('main')?.focus({ preventScroll: true });
  }
});

document.addEventListener('change', (event) => {
  const control = event.target;
  if (control.matches('[data-select-all]')) {
    const boxes = control.closest('table').querySelectorAll('tbody .row-check');
    for (const box of boxes) box.checked = control.checked;
  }
  if (control.matches('[data-autosubmit]')) control.form?.requestSubmit();
});

document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-copy]');
  if (!button) return;
  await navigator.clipboard?.writeText(button.dataset.copy);
  button.classList.add('is-copied');
  setTimeout(() => button.classList.remove('is-copied'), 1500);
});
