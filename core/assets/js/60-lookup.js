/** Turns a lookup's select into a field that finds records as one types; the select keeps the value and sends it. */
let serial = 0;

function enhanceAll() {
  document.querySelectorAll('[data-lookup][data-search]:not([data-enhanced])').forEach(enhance);
}

function enhance(lookup) {
  lookup.dataset.enhanced = 'true';
  const select = lookup.querySelector('select');
  const results = Object.assign(document.createElement('div'), { className: 'lookup-results', id: `lookup-${(serial += 1)}` });
  const input = Object.assign(document.createElement('input'), { type: 'text', className: 'input', autocomplete: 'off', id: select.id });
  results.setAttribute('role', 'listbox');
  for (const name of ['aria-describedby', 'aria-invalid', 'required', 'disabled']) {
    if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
  }
  const attributes = { role: 'combobox', 'aria-expanded': 'false', 'aria-autocomplete': 'list', 'aria-controls': results.id };
  for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);
  const label = document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
  results.setAttribute('aria-label', label?.textContent ?? '');
  input.placeholder = select.options[0]?.value === '' ? select.options[0].text : '';
  input.value = select.value ? select.selectedOptions[0].text : '';
  select.removeAttribute('id');
  select.required = false;
  select.hidden = true;
  lookup.prepend(input);
  lookup.append(results);
  wire(lookup, { input, select, results });
}

function wire(lookup, { input, select, results }) {
  let timer;
  const close = () => {
    results.replaceChildren();
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  };
  const find = async () => {
    const address = new URL(lookup.dataset.search, location.href);
    address.searchParams.set('q', input.value);
    const answer = await fetch(address, { headers: { 'HX-Request': 'true', 'HX-Request-Type': 'partial' } });
    if (!answer.ok || document.activeElement !== input) return;
    results.innerHTML = await answer.text();
    results.querySelectorAll('[role=option]').forEach((option, index) => {
      option.id = `${results.id}-${index}`;
      option.tabIndex = -1;
    });
    input.setAttribute('aria-expanded', 'true');
  };
  const choose = (option) => {
    const { value, label } = option.dataset;
    if (![...select.options].some((known) => known.value === value)) select.add(new Option(label, value));
    select.value = value;
    input.value = label;
    close();
    select.dispatchEvent(new Event('change', { bubbles: true }));
  };
  const step = (by) => {
    const options = [...results.querySelectorAll('[role=option]')];
    if (options.length === 0) return find();
    const current = options.findIndex((option) => option.getAttribute('aria-selected') === 'true');
    options[current]?.setAttribute('aria-selected', 'false');
    const next = options[(current + by + options.length) % options.length];
    next.setAttribute('aria-selected', 'true');
    next.scrollIntoView({ block: 'nearest' });
    input.setAttribute('aria-activedescendant', next.id);
  };
  input.addEventListener('input', () => {
    if (input.value === '') select.value = '';
    clearTimeout(timer);
    timer = setTimeout(find, 180);
  });
  input.addEventListener('keydown', (event) => {
    // The key belongs to an input method that is asking which sign is meant.
    if (event.isComposing) return;
    const selected = results.querySelector('[aria-selected=true]');
    if (event.key === 'ArrowDown') step(1);
    else if (event.key === 'ArrowUp') step(-1);
    else if (event.key === 'Enter' && selected) choose(selected);
    else if (event.key === 'Escape' && results.childElementCount > 0) close();
    else return;
    event.preventDefault();
  });
  input.addEventListener('blur', () => {
    setTimeout(close, 150);
    input.value = select.value ? select.selectedOptions[0].text : '';
  });
  results.addEventListener('pointerdown', (event) => {
    event.preventDefault();
    const option = event.target.closest('[role=option]');
    if (option) choose(option);
  });
}

document.addEventListener('htmx:after:swap', enhanceAll);
enhanceAll();
