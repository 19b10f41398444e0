/** Boards: tiles are dragged between lanes; the drop posts what "Move to…" would, and a refusal puts the tile back. */
let library;

function loadSortable(address) {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = address;
    script.onload = () => resolve(window.Sortable);
    script.onerror = reject;
    document.head.append(script);
  });
  return library;
}

async function bindBoards() {
  for (const board of document.querySelectorAll('.board[data-move]')) {
    const Sortable = await loadSortable(board.dataset.sortable);
    for (const lane of board.querySelectorAll('[data-lane]')) {
      if (Sortable.get(lane)) continue;
      Sortable.create(lane, {
        group: 'board',
        draggable: '.tile[data-action]',
        filter: '.menu',
        preventOnFilter: false,
        animation: 120,
        sort: false,
        delay: 180,
        delayOnTouchOnly: true,
        onEnd: (move) => drop(board, move),
      });
    }
  }
}

async function drop(board, { item, from, to, oldIndex }) {
  if (from === to) return;
  const putBack = () => from.insertBefore(item, from.children[oldIndex] ?? null);
  item.addEventListener('htmx:response:error', putBack, { once: true });
  item.addEventListener('htmx:error', putBack, { once: true });
  const values = { [board.dataset.move]: to.dataset.lane };
  if (item.dataset.version) values._version = item.dataset.version;
  await window.htmx.ajax('POST', item.dataset.action, { source: item, target: board, swap: 'outerMorph', values });
  item.removeEventListener('htmx:response:error', putBack);
  item.removeEventListener('htmx:error', putBack);
}

document.addEventListener('htmx:after:swap', bindBoards);
bindBoards();
