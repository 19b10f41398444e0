/**
 * Keys: elements name theirs in `data-shortcut` (`e`, `g a`). Single keys rest while someone types, while something stands above the
 * page, and when they are switched off; ⌘K opens the palette from everywhere.
 */
const sequenceMs = 1200;
let begun = '';
let forget;

const isMac = /mac|iphone|ipad/i.test(navigator.platform);
const rowLinks = '#main .row-link, #block-results .list-title';

function nameCommandKey() {
  if (!isMac) document.querySelectorAll('[data-command-key]').forEach((key) => (key.textContent = 'Ctrl K'));
}

function areKeysOff(target) {
  if (document.getElementById('app')?.dataset.shortcuts === 'off') return true;
  if (target.closest?.('input, textarea, select, [contenteditable]')) return true;
  return document.querySelector('dialog[open], [popover]:popover-open') !== null;
}

function press(element) {
  if (element.matches('input, select, textarea')) element.focus();
  else element.click();
}

/** What the page itself offers comes before the menu around it. */
function elementFor(keys) {
  const selector = `[data-shortcut="${CSS.escape(keys)}"]`;
  return document.querySelector(`#main ${selector}`) ?? document.querySelector(selector);
}

function stepRows(by) {
  const links = [...document.querySelectorAll(rowLinks)];
  const row = document.activeElement?.closest('tr, li');
  const current = links.findIndex((link) => link === document.activeElement || (row && row.contains(link)));
  const next = links[current === -1 ? 0 : Math.min(links.length - 1, Math.max(0, current + by))];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
  return next !== undefined;
}

const currentRow = () => document.activeElement?.closest('tr');

const pageKeys = {
  j: () => stepRows(1),
  k: () => stepRows(-1),
  o: () => {
    const link = document.activeElement?.matches(rowLinks) ? document.activeElement : null;
    link?.click();
    return link !== null;
  },
  e: () => {
    const link = currentRow()?.querySelector('[data-edits] .row-link');
    if (link) location.assign(`${link.pathname}/edit`);
    else elementFor('e')?.click();
    return Boolean(link ?? elementFor('e'));
  },
  x: () => {
    const box = currentRow()?.querySelector('.row-check');
    box?.click();
    return Boolean(box);
  },
  '/': () => {
    const field = elementFor('/') ?? document.querySelector('#main input[type=search]');
    if (field) press(field);
    else document.dispatchEvent(new Event('palette:open'));
    return true;
  },
};

function take(keys) {
  const element = pageKeys[keys] ? null : elementFor(keys);
  if (element) press(element);
  return element !== null || (pageKeys[keys]?.() ?? false);
}

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  const isCommand = event.metaKey || event.ctrlKey;
  if (isCommand && !event.shiftKey && event.key.toLowerCase() === 'k') {
    event.preventDefault();
    document.dispatchEvent(new Event('palette:open'));
    return;
  }
  if (isCommand || areKeysOff(event.target) || !/^[a-z?/]$/.test(event.key)) return;
  const keys = begun === '' ? event.key : `${begun} ${event.key}`;
  begun = '';
  clearTimeout(forget);
  if (take(keys)) event.preventDefault();
  else if (document.querySelector(`[data-shortcut^="${CSS.escape(keys)} "]`)) {
    begun = keys;
    forget = setTimeout(() => (begun = ''), sequenceMs);
  }
});

/** Out of a field that keeps nothing open: the keys of the page work again. */
document.addEventListener('keydown', ({ key, target, defaultPrevented }) => {
  if (key !== 'Escape' || defaultPrevented || !target.matches?.('#main input, #main textarea, #main select')) return;
  if (!target.closest('[data-inline-edit], dialog, [popover]')) target.blur();
});

document.addEventListener('htmx:after:swap', nameCommandKey);
nameCommandKey();
