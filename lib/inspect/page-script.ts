/**
 * The map of the page: rectangles as large as files are, as square as they can be (Bruls, Huizing, van Wijk: Squarified
 * Treemaps). It reads its data as JSON and sets text as text, never as markup. It is no module of layertool, but runs in
 * a browser.
 */
export const pageScript = `
'use strict';
const root = JSON.parse(document.getElementById('files').textContent);
const map = document.getElementById('map');
const crumbs = document.getElementById('crumbs');
const [GAP, TITLE] = [2, 17];
let path = [root];

const sizeText = (bytes) => {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  for (; bytes >= 1000 && unit < 4; unit++) bytes /= 1000;
  return (unit ? bytes.toFixed(1) : bytes) + ' ' + units[unit];
};

/** Calls place(node, x, y, width, height) for each: rows along the shorter side, filled as long as that makes them squarer. */
function squarify(nodes, x, y, width, height, place) {
  let total = nodes.reduce((sum, node) => sum + node[1], 0);
  let at = 0;
  while (at < nodes.length && width > 0 && height > 0) {
    const side = Math.min(width, height);
    const scale = (width * height) / total;
    const worst = (sum, most, least) => {
      const area = sum * scale;
      return Math.max((side * side * most * scale) / (area * area), (area * area) / (side * side * least * scale));
    };
    let end = at + 1;
    let sum = nodes[at][1];
    while (end < nodes.length) {
      const next = sum + nodes[end][1];
      if (worst(next, nodes[at][1], nodes[end][1]) > worst(sum, nodes[at][1], nodes[end - 1][1])) break;
      sum = next;
      end++;
    }
    const thick = (sum * scale) / side;
    let along = 0;
    for (; at < end; at++) {
      const long = (nodes[at][1] / sum) * side;
      if (width >= height) place(nodes[at], x, y + along, thick, long);
      else place(nodes[at], x + along, y, long, thick);
      along += long;
    }
    if (width >= height) { x += thick; width -= thick; } else { y += thick; height -= thick; }
    total -= sum;
  }
}

function draw(trail, x, y, width, height) {
  squarify(trail[trail.length - 1][2], x, y, width, height, (node, left, top, wide, high) => {
    if (wide < 2 || high < 2) return;
    const isFolder = Array.isArray(node[2]);
    const box = document.createElement('div');
    const names = [...trail.slice(1).map((one) => one[0]), node[0]];
    const isOpen = isFolder && wide > 20 && high > TITLE + 6;
    box.className = (isFolder ? 'folder' : 'file') + (isOpen ? '' : ' of-layer');
    if (!isOpen) box.style.setProperty('--hue', hue(isFolder ? mainLayer(node) : node[2]));
    box.title = '/' + names.join('') + '\\n' + sizeText(node[1]) + (isFolder ? '' : ', layer ' + node[2]);
    Object.assign(box.style, {
      left: left + 'px', top: top + 'px', width: Math.max(1, wide - GAP) + 'px', height: Math.max(1, high - GAP) + 'px',
    });
    if (wide > 40 && high > 14) {
      box.classList.add('named');
      box.textContent = node[0];
    }
    map.append(box);
    if (!isFolder) return;
    const inner = [...trail, node];
    const open = (event) => {
      if (event.type === 'keydown' && event.key !== 'Enter') return;
      show(inner);
    };
    box.tabIndex = 0;
    box.setAttribute('role', 'button');
    box.addEventListener('click', open);
    box.addEventListener('keydown', open);
    if (isOpen) {
      draw(inner, left + 3, top + TITLE, wide - GAP - 4, high - GAP - TITLE - 1);
    }
  });
}

/** The layer that has most of a folder. */
function mainLayer(folder) {
  const sizes = new Map();
  const add = (node) => {
    if (Array.isArray(node[2])) node[2].forEach(add);
    else sizes.set(node[2], (sizes.get(node[2]) ?? 0) + node[1]);
  };
  add(folder);
  return [...sizes].reduce((most, one) => (one[1] > most[1] ? one : most), [1, 0])[0];
}

function hue(layer) {
  return (205 + (layer - 1) * 47) % 360;
}

function show(trail) {
  path = trail;
  map.replaceChildren();
  crumbs.replaceChildren();
  for (const [at, node] of trail.entries()) {
    const button = document.createElement('button');
    button.textContent = at === 0 ? 'all files' : node[0];
    button.addEventListener('click', () => show(trail.slice(0, at + 1)));
    crumbs.append(button);
  }
  const size = document.createElement('span');
  size.className = 'dim';
  size.textContent = sizeText(trail[trail.length - 1][1]);
  crumbs.append(size);
  draw(trail, 0, 0, map.clientWidth + GAP, map.clientHeight + GAP);
}

addEventListener('resize', () => show(path));
addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && path.length > 1) show(path.slice(0, -1));
});
show(path);
`;
