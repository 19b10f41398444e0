/** The command palette: a combobox whose choices the server sends; the focus stays in the field, the arrows move the choice. */
const palette = () => document.getElementById('palette');
const input = () => document.getElementById('palette-input');
const options = () => [...document.querySelectorAll('#palette-results [role=option]')];

function open() {
  const dialog = palette();
  if (!dialog) return;
  if (dialog.open) return dialog.close();
  document.querySelectorAll('dialog[open]').forEach((other) => other.close());
  document.querySelectorAll('[popover]:popover-open').forEach((other) => other.hidePopover());
  document.getElementById('palette-at').value = location.pathname;
  input().value = '';
  dialog.showModal();
  input().focus();
  ask();
}

/** A page that has only just come may not listen yet: asked again, ever later, until there is an answer. */
function ask(waitMs = retryMs) {
  input().dispatchEvent(new Event('palette'));
  const isUnanswered = () => palette()?.open && input().value === '' && options().length === 0;
  setTimeout(() => isUnanswered() && ask(2 * waitMs), waitMs);
}

function choose(option) {
  for (const other of options()) other.setAttribute('aria-selected', String(other === option));
  if (option) input().setAttribute('aria-activedescendant', option.id);
  else input().removeAttribute('aria-activedescendant');
  option?.scrollIntoView({ block: 'nearest' });
}

const chosen = () => document.querySelector('#palette-results [aria-selected=true]');

function step(by) {
  const all = options();
  const current = all.indexOf(chosen());
  if (all.length > 0) choose(all[(current + by + all.length) % all.length]);
}

document.addEventListener('palette:open', open);

document.addEventListener('click', (event) => {
  if (event.target.closest('[data-palette]')) {
    event.preventDefault();
    open();
  } else if (event.target.closest('#palette [role=option]')) palette().close();
});

document.addEventListener('keydown', (event) => {
  if (event.target !== input() || event.isComposing) return;
  if (event.key === 'ArrowDown') step(1);
  else if (event.key === 'ArrowUp') step(-1);
  else if (event.key === 'Enter' && chosen()) chosen().click();
  else return;
  event.preventDefault();
});

document.addEventListener('htmx:after:swap', ({ detail }) => {
  const list = document.getElementById('palette-results');
  if (detail?.ctx?.target === list) choose(options()[0]);
});

/** A server that was busy is asked again while the palette waits; 503 is soon over. */
const retryMs = 1000;

document.addEventListener('htmx:response:error', ({ detail: { ctx } }) => {
  if (ctx.target !== document.getElementById('palette-results') || ctx.response.status !== 503) return;
  setTimeout(() => palette()?.open && input().dispatchEvent(new Event('palette')), retryMs);
});
