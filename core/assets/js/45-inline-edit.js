/** Inline editors: Escape cancels, and Enter in a control of several lines does what it always does. */
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || event.defaultPrevented) return;
  const editor = event.target.closest('[data-inline-edit]');
  if (!editor) return;
  event.preventDefault();
  editor.querySelector('[data-cancel]')?.click();
});

/** The field that was edited keeps the focus when its value is back. */
let edited = null;

document.addEventListener('htmx:before:request', (event) => {
  const editor = event.target.closest?.('[data-inline-edit]');
  if (editor) edited = editor.closest('.detail')?.id ?? null;
});

document.addEventListener('htmx:after:swap', () => {
  const detail = edited === null ? null : document.getElementById(edited);
  edited = null;
  if (detail && !detail.classList.contains('is-editing')) detail.querySelector('.edit')?.focus();
});

document.addEventListener('htmx:after:swap', () => {
  const control = document.querySelector('.is-editing [autofocus]:not([data-focused])');
  if (!control) return;
  control.dataset.focused = 'true';
  control.focus();
  control.select?.();
});
