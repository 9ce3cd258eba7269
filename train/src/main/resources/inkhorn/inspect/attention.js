// Draws what AttentionData writes of one forward pass. A module that stands alone: the page that is one file has it
// within itself, the server's page imports it.

const VIRIDIS = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]];
const SIGNED = [[33, 102, 172], [146, 197, 222], [255, 255, 255], [244, 165, 130], [178, 24, 43]];
const MASKED = [190, 190, 190];

// Spaces belong to tokens, so that they are to be seen: as in most editors. Of what has no form of its own or changes
// that of others, the number.
export const visible = text => text.replace(/ /g, '·').replace(/\t/g, '→').replace(/\r?\n/g, '↵')
  .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, c => '\\u' + c.codePointAt(0).toString(16).padStart(4, '0'));

// Arrow keys move inside a group of buttons; Tab leaves it.
export function moveInside(group, event, step) {
  const all = [...group.querySelectorAll('button')];
  const at = all.indexOf(document.activeElement);
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: at - step, ArrowDown: at + step, Home: 0, End: all.length - 1 }[event.key];
  if (at < 0 || to === undefined) return;
  event.preventDefault();
  if (to >= 0 && to < all.length) {
    all[to].click();
    all[to].focus();
  }
}

function colour(stops, share) {
  const at = Math.min(1, Math.max(0, share)) * (stops.length - 1);
  const below = Math.min(Math.floor(at), stops.length - 2);
  return stops[below].map((c, i) => Math.round(c + (stops[below + 1][i] - c) * (at - below)));
}

// Text goes in as text, never as markup: a token may hold anything.
function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

// An element with attributes around others.
function around(name, attributes, ...inside) {
  const made = document.createElement(name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  made.append(...inside);
  return made;
}

function section(id, title, ...inside) {
  return around('section', { 'aria-labelledby': id }, around('h2', { id }, title), ...inside);
}

function table(id, name, columns) {
  const head = columns.map(([title, isText]) => around('th', isText ? { scope: 'col', class: 't' } : { scope: 'col' }, title));
  return around('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': name },
    around('table', { id }, around('thead', {}, around('tr', {}, ...head)), around('tbody', {})));
}

function frame() {
  const stage = (value, title) => {
    const radio = around('input', { type: 'radio', name: 'stage', value });
    radio.checked = value === 'weights';
    return around('label', {}, radio, ' ' + title);
  };
  return [
    around('p', { id: 'model' }),
    section('h-choose', 'Layer, head, position',
      around('div', { class: 'controls' },
        around('label', {}, 'Layer ', around('select', { id: 'layer' })),
        around('label', {}, 'Head ', around('select', { id: 'head' })),
        around('label', {}, 'Position ', around('input', { id: 'position', type: 'number', min: '0', step: '1' }))),
      around('p', { class: 'hint' }, 'Small maps: layers down, heads across. Press Tab to reach them or the text, then the arrow keys, Home and End.'),
      around('div', { id: 'thumbs', role: 'group', 'aria-label': 'All heads: layers down, heads across' })),
    section('h-text', 'On the text',
      around('p', { id: 'summary', 'aria-live': 'polite' }),
      around('div', { id: 'text', role: 'group', 'aria-label': 'The text; the position chosen looks at what is coloured' })),
    section('h-stages', 'Four stages at this position',
      around('p', { class: 'hint' }, 'Score: query · key / √', around('span', { id: 'size' }), '. Masked: −∞ for what comes after the position. Softmax: weights that add up to 1. Weighted: each value times its weight, here its length; their sum is what the head passes on.'),
      around('div', { class: 'columns' },
        table('stages', 'Stages, one row for each key', [['key'], ['token', true], ['score'], ['masked'], ['softmax'], ['|weighted|']]),
        around('figure', {},
          around('fieldset', { class: 'controls' }, around('legend', {}, 'Whole table'), stage('scores', 'scores'), stage('masked', 'masked'), stage('weights', 'softmax'), stage('output', 'weighted values')),
          around('div', { class: 'scroll map', tabindex: '0', role: 'region', 'aria-label': 'Heat map of the whole table' }, around('canvas', { id: 'map', role: 'img' })),
          around('figcaption', {}, around('canvas', { id: 'legend', width: '180', height: '12', 'aria-hidden': 'true' }), ' ', around('span', { id: 'range' })))),
      around('h3', {}, 'What the head passes on: sum of weighted values'),
      around('p', { id: 'output', class: 'numbers' })),
    section('h-lens', 'Logit lens: what each layer would predict here',
      table('lens', 'Logit lens', [['after', true], ['1', true], ['2', true], ['3', true], ['4', true], ['5', true], ['what follows', true]])),
    section('h-next', 'Next token',
      table('next', 'Next token', [['rank'], ['token', true], ['id'], ['logit'], ['probability']])),
  ];
}

// What listens to the address of the page, until another text is drawn.
let listening = new AbortController();

// Draws the data into an element, in place of what is there.
export function drawAttention(root, data) {
  listening.abort();
  listening = new AbortController();
  root.replaceChildren(...frame());

  const byId = id => root.querySelector('#' + id);
  const time = data.tokens.length;
  const layers = [...new Set(data.heads.map(h => h.layer))];
  const heads = [...new Set(data.heads.map(h => h.head))];
  const state = { layer: layers[0], head: heads[0], position: time - 1, stage: 'weights' };

  function row(cells, className) {
    const made = element('tr', undefined, className);
    cells.forEach(cell => made.append(cell instanceof Node ? cell : element('td', String(cell))));
    if (className) made.setAttribute('aria-current', 'true');
    return made;
  }

  function barCell(share, text) {
    const cell = element('td', text);
    const bar = element('span', undefined, 'bar');
    bar.style.setProperty('--w', String(share));
    bar.setAttribute('aria-hidden', 'true');
    cell.append(bar);
    return cell;
  }

  const chosen = () => data.heads.find(h => h.layer === state.layer && h.head === state.head);
  const percent = p => (100 * p).toFixed(p < 0.001 ? 3 : 1) + ' %';

  // A weighted value's rows: for position q, the sum over keys of weight times value.
  function output(h, q) {
    return h.values[0].map((_, d) => h.weights[q].reduce((sum, w, k) => sum + w * h.values[k][d], 0));
  }

  function paint(canvas, rows, stops, least, most, cell) {
    const image = new ImageData(rows[0].length, rows.length);
    rows.forEach((values, r) => values.forEach((v, c) => {
      const rgb = v === null ? MASKED : colour(stops, (v - least) / (most - least));
      image.data.set([...rgb, 255], 4 * (r * rows[0].length + c));
    }));
    canvas.width = image.width;
    canvas.height = image.height;
    canvas.getContext('2d').putImageData(image, 0, 0);
    if (cell) {
      canvas.style.width = image.width * cell + 'px';
      canvas.style.height = image.height * cell + 'px';
    }
  }

  function stageRows(h, stage) {
    if (stage === 'output') return h.weights.map((_, q) => output(h, q));
    return h[stage === 'masked' ? 'scores' : stage].map((values, q) => values.map((v, k) => stage !== 'scores' && k > q ? null : v));
  }

  function drawMap() {
    const h = chosen();
    const rows = stageRows(h, state.stage);
    const isWeights = state.stage === 'weights';
    // The scale of the masked scores is that of the scores, so that only the mask differs.
    const scaled = state.stage === 'masked' ? h.scores : rows;
    const end = isWeights ? 1 : scaled.flat().reduce((m, v) => v === null ? m : Math.max(m, Math.abs(v)), 0) || 1;
    const stops = isWeights ? VIRIDIS : SIGNED;
    const cell = Math.max(3, Math.min(16, Math.floor(400 / Math.max(rows.length, rows[0].length))));
    paint(byId('map'), rows, stops, isWeights ? 0 : -end, end, cell);
    byId('map').setAttribute('aria-label', 'Layer ' + state.layer + ', head ' + state.head + ', ' + state.stage + ': ' + rows.length
      + ' positions down; the table of stages has the numbers of one');
    paint(byId('legend'), [Array.from({ length: 180 }, (_, i) => i / 179)], stops, 0, 1);
    byId('legend').style.height = '12px';
    byId('legend').style.width = '180px';
    byId('range').textContent = (isWeights ? '0' : (-end).toFixed(2)) + ' to ' + end.toFixed(isWeights ? 0 : 2)
      + (state.stage === 'weights' || state.stage === 'masked' ? ', masked in grey' : '')
      + (state.stage === 'output' ? '; rows look, columns are channels' : '; rows are queries, columns are keys');
  }

  function drawText(h, q) {
    const largest = Math.max(...h.weights[q]);
    [...byId('text').children].forEach((token, k) => {
      const weight = k <= q ? h.weights[q][k] : 0;
      token.style.setProperty('--w', String(weight / (largest || 1)));
      token.classList.toggle('hidden', k > q);
      token.setAttribute('aria-pressed', String(k === q));
      token.tabIndex = k === q ? 0 : -1;
      const says = 'position ' + k + ', ' + data.tokens[k].label + (k <= q ? ', weight ' + percent(weight) : ', masked');
      token.title = says;
      token.setAttribute('aria-label', says);
    });
    const best = h.weights[q].map((w, k) => [w, k]).sort((a, b) => b[0] - a[0]).slice(0, 3);
    byId('summary').textContent = 'Position ' + q + ', ' + data.tokens[q].label + ', looks at '
      + best.map(([w, k]) => data.tokens[k].label + ' (' + k + ') with ' + percent(w)).join(', ') + '.';
  }

  function drawStages(h, q) {
    byId('stages').tBodies[0].replaceChildren(...data.tokens.map((token, k) => {
      const seen = k <= q;
      const weight = seen ? h.weights[q][k] : 0;
      const length = Math.hypot(...h.values[k]) * weight;
      const score = h.scores[q][k].toFixed(3);
      return row([k, element('td', token.label, 't'), score, seen ? score : '−∞', barCell(weight, weight.toFixed(4)), length.toFixed(3)],
        k === q ? 'here' : '');
    }));
    byId('output').textContent = output(h, q).map(v => v.toFixed(3)).join('  ');
  }

  function drawPredictions(q) {
    const candidate = c => {
      const cell = element('td', c.label, 't');
      cell.append(' ' + percent(c.probability));
      return cell;
    };
    byId('lens').tBodies[0].replaceChildren(...data.lens.map(layer => {
      const at = layer.positions[q];
      const cells = [element('th', layer.after, 't'), ...at.top.map(candidate)];
      while (cells.length < 6) cells.push('');
      const follows = at.follows ? candidate(at.follows) : element('td', 'end of the text');
      if (at.follows) follows.append(', rank ' + at.rank);
      return row([...cells, follows]);
    }));
    byId('next').tBodies[0].replaceChildren(...data.next[q].top.map((c, i) => {
      const follows = data.next[q].follows && data.next[q].follows.id === c.id;
      return row([i + 1, element('td', c.label + (follows ? '  ← follows' : ''), 't'), c.id, c.logit.toFixed(3),
        barCell(c.probability, percent(c.probability))], follows ? 'here' : '');
    }));
  }

  function draw() {
    const h = chosen();
    byId('layer').value = String(state.layer);
    byId('head').value = String(state.head);
    byId('position').value = String(state.position);
    [...byId('thumbs').children].forEach((button, i) => {
      const isChosen = data.heads[i] === h;
      button.setAttribute('aria-pressed', String(isChosen));
      button.tabIndex = isChosen ? 0 : -1;
    });
    drawText(h, state.position);
    drawStages(h, state.position);
    drawPredictions(state.position);
    drawMap();
    // replaceState would be refused in some browsers for a page on disk; a fragment is not.
    const link = '#layer=' + state.layer + '&head=' + state.head + '&position=' + state.position;
    if (location.hash !== link) location.replace(link);
  }

  function choose(change) {
    const next = { ...state, ...change };
    if (!layers.includes(next.layer) || !heads.includes(next.head) || !Number.isInteger(next.position)) return;
    next.position = Math.min(time - 1, Math.max(0, next.position));
    Object.assign(state, next);
    draw();
  }

  function fromLink() {
    const asked = new URLSearchParams(location.hash.slice(1));
    const number = (name, other) => /^\d+$/.test(asked.get(name) || '') ? Number(asked.get(name)) : other;
    choose({ layer: number('layer', state.layer), head: number('head', state.head), position: number('position', state.position) });
  }

  function build() {
    const m = data.model;
    byId('model').textContent = m.name + ': ' + m.layers + ' layers, ' + m.heads + ' heads of ' + m.head_size + ' channels, '
      + m.vocabulary + ' tokens in the vocabulary; ' + time + ' in this text';
    byId('size').textContent = String(m.head_size);
    layers.forEach(l => byId('layer').append(element('option', String(l))));
    heads.forEach(h => byId('head').append(element('option', String(h))));
    byId('position').max = String(time - 1);
    data.tokens.forEach((token, k) => {
      const button = element('button', visible(token.text) || token.label);
      button.type = 'button';
      button.addEventListener('click', () => choose({ position: k }));
      // Behind the button: a line break within one breaks no line of the text.
      byId('text').append(button, '\n'.repeat(token.text.split('\n').length - 1));
    });
    byId('thumbs').style.gridTemplateColumns = 'repeat(' + heads.length + ', max-content)';
    data.heads.forEach(h => {
      const button = element('button');
      const canvas = element('canvas');
      button.type = 'button';
      button.title = 'layer ' + h.layer + ', head ' + h.head;
      button.setAttribute('aria-label', button.title);
      paint(canvas, stageRows(h, 'weights'), VIRIDIS, 0, 1);
      button.append(canvas);
      button.addEventListener('click', () => choose({ layer: h.layer, head: h.head }));
      byId('thumbs').append(button);
    });
    byId('layer').addEventListener('change', e => choose({ layer: Number(e.target.value) }));
    byId('head').addEventListener('change', e => choose({ head: Number(e.target.value) }));
    byId('position').addEventListener('input', e => { if (e.target.value !== '') choose({ position: Number(e.target.value) }); });
    root.querySelectorAll('[name=stage]').forEach(radio => radio.addEventListener('change', () => choose({ stage: radio.value })));
    byId('text').addEventListener('keydown', e => moveInside(byId('text'), e, time));
    byId('thumbs').addEventListener('keydown', e => moveInside(byId('thumbs'), e, heads.length));
    addEventListener('hashchange', fromLink, { signal: listening.signal });
  }

  build();
  fromLink();
}
