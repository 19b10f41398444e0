/** Cells of a list: a click or Enter changes one in place, arrows lead from cell to cell. Escape and the focus of editors are as elsewhere. */
document.documentElement.classList.add('edits-cells');

let edited = null;

function editCell(cell) {
  const row = cell.closest('tr');
  const address = row.querySelector('.row-link')?.getAttribute('href');
  if (!address) return;
  edited = { row: row.id, field: cell.dataset.edit };
  const list = encodeURIComponent(cell.closest('table').dataset.columns ?? '');
  window.htmx.ajax('GET', `${address}/fields/${cell.dataset.edit}?list=${list}`, {
    source: cell,
    target: `#${row.id}`,
    swap: 'outerHTML',
  });
}

function focusCell(cell) {
  if (!cell) return;
  if (!cell.matches('.row-link')) cell.tabIndex = -1;
  cell.focus();
}

document.addEventListener('click', (event) => {
  const cell = event.target.closest('td[data-edit]');
  if (cell && !event.target.closest('a, button, label, form') && getSelection().isCollapsed) editCell(cell);
});

const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

document.addEventListener('keydown', (event) => {
  if (!event.target.matches('td[data-edit], .row-link') || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.target.matches('td') && (event.key === 'Enter' || event.key === 'F2')) {
    event.preventDefault();
    editCell(event.target);
    return;
  }
  const step = steps[event.key];
  if (!step) return;
  const placesIn = (row) => [...(row?.querySelectorAll('td[data-edit], .row-link') ?? [])];
  const row = event.target.closest('tr');
  const rows = [...row.parentElement.rows];
  const place = placesIn(row).indexOf(event.target) + step[1];
  const next = placesIn(rows[rows.indexOf(row) + step[0]])[place];
  if (!next) return;
  event.preventDefault();
  focusCell(next);
});

document.addEventListener('htmx:after:swap', () => {
  const row = edited === null ? null : document.getElementById(edited.row);
  if (!row || row.querySelector('.is-editing')) return;
  focusCell(row.querySelector(`[data-edit="${CSS.escape(edited.field)}"]`));
  edited = null;
});
