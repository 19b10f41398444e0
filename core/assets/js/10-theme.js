/** Light or dark, kept in a cookie so that the server sends the next page right from the start. */
const root = document.documentElement;
const prefersDark = matchMedia('(prefers-color-scheme: dark)');

const isDark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : prefersDark.matches);

function showToggles() {
  for (const toggle of document.querySelectorAll('[data-theme-toggle]')) toggle.hidden = false;
}

document.addEventListener('click', (event) => {
  if (!event.target.closest('[data-theme-toggle]')) return;
  root.dataset.theme = isDark() ? 'light' : 'dark';
  document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
});

document.addEventListener('htmx:after:swap', showToggles);
showToggles();
