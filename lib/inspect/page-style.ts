/** How the page of an image looks, by day and by night. */
export const pageStyle = `
:root { color-scheme: light dark; --ink: #1b1f24; --dim: #667080; --line: #dfe3e8; --page: #f6f7f9; --card: #fff; --folder: #eef1f4; --light: 62%; --chroma: 58% }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ee; --dim: #98a2b0; --line: #2c333d; --page: #101317; --card: #181c22; --folder: #222831; --light: 46%; --chroma: 48% }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif }
main { max-width: 1180px; margin: 0 auto; padding: 40px 24px 64px }
header { margin-bottom: 28px }
h1 { margin: 0 0 6px; font-size: 28px; line-height: 1.2; letter-spacing: -.02em; overflow-wrap: anywhere }
h2 { margin: 0 0 14px; font-size: 13px; font-weight: 650; letter-spacing: .06em; text-transform: uppercase; color: var(--dim) }
section { margin: 0 0 20px; padding: 20px 22px; background: var(--card); border: 1px solid var(--line); border-radius: 12px }
code, .mono { font: 12.5px/1.5 ui-monospace, "SF Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace }
.dim { color: var(--dim) }
.facts { display: flex; flex-wrap: wrap; gap: 4px 22px; color: var(--dim) }
.facts b { color: var(--ink); font-weight: 600 }
.of-layer { --tone: hsl(var(--hue) var(--chroma) var(--light)); background: var(--tone) }
.strip { display: flex; gap: 2px; height: 26px; margin-bottom: 18px; border-radius: 7px; overflow: hidden }
.strip span { min-width: 3px }
.layers { display: grid; grid-template-columns: auto minmax(120px, 1fr) auto; gap: 4px 16px; align-items: center; margin: 0; padding: 0; list-style: none }
.layers li { display: contents }
.number { display: inline-block; min-width: 24px; padding: 1px 7px; border-radius: 6px; color: #fff; font-weight: 650; font-size: 12px; text-align: center }
.bar { display: flex; height: 12px; border-radius: 4px; overflow: hidden; background: var(--line) }
.bar .gone { background-image: repeating-linear-gradient(45deg, #0000 0 3px, var(--card) 3px 6px) }
.size { font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap; font-weight: 600 }
.about { grid-column: 2 / 4; margin-bottom: 12px; min-width: 0; overflow-wrap: anywhere }
.about .by { display: block }
#crumbs { display: flex; flex-wrap: wrap; gap: 2px; align-items: baseline; min-height: 26px; margin-bottom: 8px }
#crumbs button { padding: 1px 6px; border: 0; border-radius: 5px; background: none; color: inherit; font: inherit; cursor: pointer }
#crumbs button:hover, #crumbs button:focus-visible { background: var(--line) }
#crumbs button:last-of-type { font-weight: 650 }
#crumbs .dim { margin-left: auto }
#map { position: relative; height: 520px; border-radius: 8px; overflow: hidden; background: var(--card) }
#map div { position: absolute; overflow: hidden; border-radius: 3px; color: #fff; font-size: 11.5px; line-height: 15px; white-space: nowrap; text-overflow: ellipsis; text-shadow: 0 1px 1px #0005 }
#map .folder { border-radius: 5px; background: var(--folder); box-shadow: inset 0 0 0 1px var(--line); color: var(--ink); text-shadow: none; font-weight: 600; cursor: zoom-in }
#map .folder.of-layer { background: var(--tone); box-shadow: none; color: #fff }
#map .folder:hover, #map .folder:focus-visible { outline: 2px solid var(--ink); outline-offset: -2px }
#map .named { padding: 1px 5px }
#map .file:hover { filter: brightness(1.12) }
table { width: 100%; border-collapse: collapse }
td { padding: 4px 12px 4px 0; border-top: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere }
tr:first-child td { border-top: 0 }
td.size { width: 96px }
td.layer { width: 44px }
td.key { width: 200px; color: var(--dim) }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 0 20px }
@media (max-width: 860px) { .pair { grid-template-columns: 1fr } td.key { width: 120px } }
summary { padding: 4px 0; cursor: pointer }
footer { color: var(--dim); font-size: 13px; text-align: center }
`;
