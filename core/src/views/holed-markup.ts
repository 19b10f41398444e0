import Handlebars from 'handlebars';

import { SafeHtml } from './safe-html.js';

/**
 * Markup rendered once with its changing places left open. Filling them gives what the templates would, for the price of
 * joining texts: for what stands on a page fifty times, or on every page.
 */
export interface HoledMarkup {
  /** @param values of the holes, by their numbers; texts are escaped as templates do it */
  fill(values: readonly (string | SafeHtml)[]): SafeHtml;
}

/** What a template is given for a value that is not known yet: characters that escaping leaves alone and no keyboard types. */
export function hole(number: number): string {
  return `${opening}${number}${closing}`;
}

/** The same in place of a value that is markup already. */
export function markupHole(number: number): SafeHtml {
  return SafeHtml.trust(hole(number));
}

/** Finds the holes of rendered markup. A value may stand in several places. */
export function cutHoles(markup: SafeHtml): HoledMarkup {
  const [first = '', ...pieces] = markup.toHTML().split(opening);
  const numbers = pieces.map((piece) => Number(piece.slice(0, piece.indexOf(closing))));
  const texts = pieces.map((piece) => piece.slice(piece.indexOf(closing) + 1));
  return {
    fill(values) {
      const written = values.map(toMarkup);
      let html = first;
      for (let place = 0; place < texts.length; place += 1)
        html += (written[numbers[place] ?? 0] ?? '') + (texts[place] ?? '');
      return SafeHtml.trust(html);
    },
  };
}

function toMarkup(value: string | SafeHtml): string {
  return typeof value === 'string' ? Handlebars.escapeExpression(value) : value.toHTML();
}

/** Of the private use area. */
const opening = '\u{E000}';
const closing = '\u{E001}';
