import { hash } from 'node:crypto';
import type { SafeHtml } from './safe-html.js';

/** Markup that was rendered before, found by everything it was made of. */
export interface FragmentCache {
  /**
   * The kept markup, or that of `render`. `content` must hold all that the markup shows or depends on, language and rights
   * included: then whoever asks with the same content gets what rendering would give him.
   */
  of(content: unknown, render: () => SafeHtml): SafeHtml;
}

/** Keeps the `size` fragments used last. */
export function createFragmentCache(size: number): FragmentCache {
  const kept = new Map<string, SafeHtml>();
  return {
    of(content, render) {
      const key = hash('sha256', JSON.stringify(content), 'base64');
      const html = kept.get(key) ?? render();
      // Last in the map's order is used last.
      kept.delete(key);
      kept.set(key, html);
      if (kept.size > size) kept.delete(kept.keys().next().value ?? key);
      return html;
    },
  };
}
