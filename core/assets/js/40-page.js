/** Small comforts of every page: loading line, focus after a swap, menus that close, select all, copy, self-sending controls. */
const root = document.documentElement;
let running = 0;

function setRunning(change) {
  running = Math.max(0, running + change);
  root.classList.toggle('is-loading', running > 0);
}

document.addEventListener('htmx:before:request', () => setRunning(1));
document.addEventListener('htmx:finally:request', () => setRunning(-1));

/** A refused form keeps its address; a page of newer code or another language is loaded whole. */
document.addEventListener('htmx:after:request', (event) => {
  const { ctx } = event.detail;
  if (ctx.response.status >= 400) ctx.push = ctx.replace = 'false';
  if (ctx.target !== document.body || !ctx.text?.startsWith('<!doctype')) return;
  const sheet = document.querySelector('link[rel=stylesheet]')?.getAttribute('href') ?? '';
  const isSame = ctx.text.includes(sheet) && ctx.text.includes(`<html lang="${root.lang}"`);
  if (isSame || ctx.response.status >= 400) return;
  event.preventDefault();
  location.assign(ctx.response.raw.url);
});

document.addEventListener('htmx:after:swap', (event) => {
  showCurrentTabs();
  const wanted = document.querySelector('[data-focus]:not([data-focused])');
  if (wanted) {
    wanted.dataset.focused = 'true';
    wanted.focus();
  } else if (event.detail?.ctx?.target === document.body) {
    document.getElementById('main')?.focus({ preventScroll: true });
  }
});

/** A row of tabs that is wider than the screen begins where the current one is. */
function showCurrentTabs() {
  for (const tab of document.querySelectorAll('.tabs > [aria-current]')) {
    const bar = tab.parentElement;
    if (bar.scrollWidth <= bar.clientWidth) continue;
    const start = tab.getBoundingClientRect().left - bar.getBoundingClientRect().left;
    bar.scrollLeft += start - (bar.clientWidth - tab.offsetWidth) / 2;
  }
}

showCurrentTabs();

document.addEventListener('submit', (event) => event.target.closest('[popover]:popover-open')?.hidePopover());

document.addEventListener('change', ({ target: control }) => {
  if (control.matches('[data-select-all]')) {
    for (const box of control.closest('table').querySelectorAll('tbody .row-check')) box.checked = control.checked;
  }
  if (control.matches('[data-autosubmit]')) control.form?.requestSubmit();
});

document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-copy]');
  if (!button) return;
  await navigator.clipboard?.writeText(button.dataset.copy);
  const status = button.parentElement.querySelector('[role=status]');
  if (status) status.textContent = button.dataset.copied ?? '';
  button.classList.add('is-done');
  setTimeout(() => button.classList.remove('is-done'), 1500);
});
