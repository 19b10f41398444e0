/** Dialogs: opened by a button's `commandfor` or by content the server sends into #dialog, closed by their own buttons. */
const knowsCommands = 'commandForElement' in HTMLButtonElement.prototype;

document.addEventListener('click', (event) => {
  const opener = event.target.closest('[commandfor][command="show-modal"]');
  if (opener && !knowsCommands) document.getElementById(opener.getAttribute('commandfor'))?.showModal();

  const dialog = event.target.closest('dialog');
  if (!dialog) return;
  const isBackdrop = event.target === dialog;
  const isCancel = event.target.closest('[data-close-dialog], .form-actions a.ghost');
  if (!isBackdrop && !isCancel) return;
  event.preventDefault();
  dialog.close();
});

document.addEventListener('htmx:after:swap', () => {
  const dialog = document.getElementById('dialog');
  if (!dialog) return;
  if (dialog.childElementCount > 0 && !dialog.open) dialog.showModal();
});

document.addEventListener(
  'close',
  (event) => {
    if (event.target.id === 'dialog') event.target.replaceChildren();
  },
  true,
);
