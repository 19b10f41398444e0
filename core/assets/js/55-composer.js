/** Ctrl or ⌘ with Enter sends the form that a text of several lines is in. */
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || !event.target.matches('form textarea')) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});
