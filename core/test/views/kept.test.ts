import { serialize } from 'node:v8';
import { expect } from 'chai';

import { cutHoles, hole, markupHole } from '../../dist/views/holed-markup.js';
import { createKept } from '../../dist/views/kept.js';
import { SafeHtml } from '../../dist/views/index.js';
import { buildEngine, buildEnv } from './view-lab.js';

describe('what is kept', () => {
  it('is made once for a key, and once for each other one', () => {
    const kept = createKept<number>(10);

    expect([kept.of('en', () => 1), kept.of('en', () => 2), kept.of('de', () => 3)]).to.deep.equal([1, 1, 3]);
  });

  it('goes when it was not used while twice as many others were', () => {
    const kept = createKept<string>(2);
    for (const key of ['a', 'b', 'c', 'a', 'd', 'e']) kept.of(key, () => `first ${key}`);

    expect(kept.of('a', () => 'again')).to.equal('first a');
    expect(kept.of('b', () => 'again')).to.equal('again');
  });
});

describe('markup with holes', () => {
  const markup = cutHoles(
    SafeHtml.trust(`<a href="${hole(1)}" title="${hole(0)}">${hole(0)}</a>${markupHole(2).toHTML()}`),
  );

  it('is filled with texts, escaped wherever they stand, and with markup', () => {
    const filled = markup.fill([`"A" & 'b' <c>`, '/x?a=1', SafeHtml.trust('<br>')]).toHTML();

    const text = '&quot;A&quot; &amp; &#x27;b&#x27; &lt;c&gt;';
    expect(filled).to.equal(`<a href="/x?a&#x3D;1" title="${text}">${text}</a><br>`);
  });

  it('is not led to another hole by what fills it', () => {
    const filled = markup.fill([hole(2), hole(2), SafeHtml.trust('<br>')]).toHTML();

    expect(filled.split('<br>')).to.have.length(2);
  });

  it('takes one byte a character, as long as what fills it does', () => {
    // V8 marks texts of one byte a character with a quotation mark when it writes them down.
    const marked = (text: string): string => String.fromCharCode(serialize(text)[2] ?? 0);

    expect(marked(markup.fill(['ä', '/x', SafeHtml.trust('<br>')]).toHTML())).to.equal('"');
    expect(marked(markup.fill(['名', '/x', SafeHtml.trust('<br>')]).toHTML())).to.equal('c');
  });

  it('is what the template gives for the same values', () => {
    const engine = buildEngine(
      { greeting: '<p class="{{tone}}">{{t "hello" name=name}}, {{name}}</p>' },
      { hello: 'Hello {name}' },
    );
    const env = buildEnv();
    const values = { name: `O'Neil <x> = {y}`, tone: 'ok' };

    const cut = cutHoles(engine.render('lab:greeting', { name: hole(0), tone: 'ok' }, env));

    expect(cut.fill([values.name]).toHTML()).to.equal(engine.render('lab:greeting', values, env).toHTML());
  });
});
