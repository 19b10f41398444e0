import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { escapeHtml, SafeHtml } from './safe-html.js';

/** The outline icons under `assets/icons`, ready to be placed inside a page. */
export interface IconSet {
  readonly names: readonly string[];
  /** @returns an inline SVG, decorative unless `label` is given; a name nobody drew yields a plain square and one report. */
  render(name: string, label?: string): SafeHtml;
}

/** Reads every icon once; rendering afterwards is a map look-up. */
export function createIconSet(folder: string, onMissing: (name: string) => void = () => undefined): IconSet {
  const shapes = readShapes(folder);
  const decorative = new Map<string, SafeHtml>();
  return {
    names: [...shapes.keys()].sort(),
    render(name, label) {
      if (label !== undefined) return draw(shapeOf(name), `role="img" aria-label="${escapeHtml(label)}"`);
      const known = decorative.get(name);
      if (known) return known;
      const drawn = draw(shapeOf(name), 'aria-hidden="true"');
      decorative.set(name, drawn);
      return drawn;
    },
  };

  function shapeOf(name: string): string {
    const shape = shapes.get(name);
    if (shape === undefined) onMissing(name);
    return shape ?? fallbackShape;
  }
}

function readShapes(folder: string): Map<string, string> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.svg'));
  return new Map(
    files.map((file) => [file.slice(0, -'.svg'.length), shapeIn(readFileSync(join(folder, file), 'utf8'))]),
  );
}

function shapeIn(svg: string): string {
  return svg
    .replace(/^[\s\S]*?<svg[^>]*>/, '')
    .replace(/<\/svg>\s*$/, '')
    .replace(/\s+/g, ' ')
    .trim();
}

function draw(shape: string, role: string): SafeHtml {
  return SafeHtml.trust(`<svg class="icon" viewBox="0 0 24 24" ${role}>${shape}</svg>`);
}

const fallbackShape = '<path d="M5 5h14v14h-14z"/>';
