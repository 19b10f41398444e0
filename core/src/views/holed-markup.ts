import Handlebars from 'handlebars';

import { SafeHtml } from './safe-html.js';

/**
 * Markup rendered once with its changing places left open. Filling them gives what the templates would, for the price of
 * joining texts: for what stands on a page fifty times, or on every page.
 */
export interface HoledMarkup {
  /** @param values of the holes, by their numbers; texts are escaped as templates do it */
  fill(values: readonly (string | SafeHtml)[]): SafeHtml;
  /** The same as text, for what is joined to more of its kind. */
  write(values: readonly (string | SafeHtml)[]): string;
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
  const [begin = '', ...pieces] = markup.toHTML().split(opening);
  const first = narrow(begin);
  const numbers = pieces.map((piece) => Number(piece.slice(0, piece.indexOf(closing))));
  const texts = pieces.map((piece) => narrow(piece.slice(piece.indexOf(closing) + 1)));
  const write: HoledMarkup['write'] = (values) => {
    let html = first;
    // What stands in two places stands there one after the other, mostly.
    let written: string | SafeHtml | undefined;
    let markup = '';
    for (let place = 0; place < texts.length; place += 1) {
      const value = values[numbers[place] ?? 0];
      if (value !== written) {
        written = value;
        markup = value === undefined ? '' : toMarkup(value);
      }
      html += markup + (texts[place] ?? '');
    }
    return html;
  };
  return { write, fill: (values) => SafeHtml.trust(write(values)) };
}

/**
 * The same text in memory of its own. A part of a text that has holes takes two bytes a character, as that one does, and
 * hands it on to every page it becomes a part of.
 */
export function narrow(text: string): string {
  return Buffer.from(text).toString();
}

function toMarkup(value: string | SafeHtml): string {
  if (typeof value !== 'string') return value.toHTML();
  return special.test(value) ? Handlebars.escapeExpression(value) : value;
}

/** What escaping looks for; most texts have none of it. */
const special = /[&<>"'`=]/;

/** Of the private use area. */
const opening = '\u{E000}';
const closing = '\u{E001}';
