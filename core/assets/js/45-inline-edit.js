/** Inline editors: the control gets the focus, Escape gives up, and the field keeps the focus when its value is back. */
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return;
  const isElsewhere = event.target !== document.body && !event.target.closest('.detail');
  const editor = event.target.closest('[data-inline-edit]') ?? (isElsewhere ? null : document.querySelector('[data-inline-edit]'));
  if (!editor) return;
  event.preventDefault();
  editor.querySelector('[data-cancel]')?.click();
});

let edited = null;

document.addEventListener('htmx:before:request', (event) => {
  edited = event.target.closest?.('[data-inline-edit]')?.closest('.detail')?.id ?? null;
});

document.addEventListener('htmx:after:swap', () => {
  const detail = edited === null ? null : document.getElementById(edited);
  edited = null;
  if (detail && !detail.classList.contains('is-editing')) detail.querySelector('.edit')?.focus();
  // A look-up becomes a text field after this; it is that field which is wanted.
  requestAnimationFrame(() => document.querySelectorAll('.is-editing:not([data-focused])').forEach(focusControl));
});

const controls = ['input', 'select', 'textarea'].map((name) => `${name}:not([type=hidden], [hidden], [type=submit])`).join();

function focusControl(editor) {
  editor.dataset.focused = 'true';
  const control = editor.querySelector('[aria-invalid=true]:not([hidden])') ?? editor.querySelector(controls);
  control?.focus();
  if (control?.matches('input:not([type=checkbox], [type=radio])')) control.select();
}

/** A condition opened in the filter menu comes into view, ready to be typed. */
document.addEventListener(
  'toggle',
  (event) => {
    if (!event.target.matches('.menu details[open]')) return;
    event.target.querySelector(controls)?.focus({ preventScroll: true });
    event.target.scrollIntoView({ block: 'nearest' });
  },
  true,
);
