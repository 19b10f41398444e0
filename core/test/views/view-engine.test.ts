import { expect } from 'chai';

import type { MissingMessage } from '../../dist/views/message-catalogue.js';
import { buildEngine, buildEnv } from './view-lab.js';

const env = buildEnv();

describe('rendering a template', () => {
  it('escapes what it prints', () => {
    const engine = buildEngine({ page: '<p title="{{name}}">{{name}}</p>' });

    const html = engine.render('lab:page', { name: '<b>"\'&' }, env).toHTML();

    expect(html).to.equal('<p title="&lt;b&gt;&quot;&#x27;&amp;">&lt;b&gt;&quot;&#x27;&amp;</p>');
  });

  it('refuses a printed field that the context lacks', () => {
    const engine = buildEngine({ page: '{{missing}}' });

    expect(() => engine.render('lab:page', {}, env)).to.throw(/missing/);
  });

  it('takes objects without a prototype', () => {
    const engine = buildEngine({ page: '{{#each rows}}{{name}},{{/each}}' });
    const row = Object.assign(Object.create(null) as object, { name: 'Acme' });

    expect(engine.render('lab:page', { rows: [row] }, env).toHTML()).to.equal('Acme,');
  });

  it('finds texts in the module of the template, and in another one by its name', () => {
    const engine = buildEngine({ page: '{{t "hello" name=name}} {{t "core:ui.close"}}' }, { hello: 'Hello {name}' });

    expect(engine.render('lab:page', { name: 'Maya' }, env).toHTML()).to.equal('Hello Maya Close');
  });

  it('finds partials beside the template and from the views folder', () => {
    const engine = buildEngine({
      'board/page': '{{> _row this}}{{> shared/_end this}}',
      'board/_row': 'row {{name}}',
      'shared/_end': '/end',
    });

    expect(engine.render('lab:board/page', { name: 'A' }, env).toHTML()).to.equal('row A/end');
  });
});

describe('a partial of the kit', () => {
  it('sees only what it is given', () => {
    const engine = buildEngine({ page: '{{> ui-button label="Save"}}' });

    const html = engine.render('lab:page', { variant: 'danger', isDisabled: true }, env).toHTML();

    expect(html).not.to.match(/danger|disabled/);
  });

  it('takes content that is rendered where it is written, and slots', () => {
    const engine = buildEngine({
      page: '{{#> ui-card title="Deals"}}{{#ui-slot "actions"}}<i>{{verb}}</i>{{/ui-slot}}<p>{{name}}</p>{{/ui-card}}',
    });

    const html = engine.render('lab:page', { name: '<Acme>', verb: 'Add' }, env).toHTML();

    expect(html)
      .to.match(/<div class="acts"><i>Add<\/i><\/div>/)
      .and.to.include('<p>&lt;Acme&gt;</p>');
  });

  it('accepts htmx and data attributes and nothing that could run', () => {
    const engine = buildEngine({
      good: '{{> ui-button label="Go" attrs=(html-attrs hx-get="/x" data-id=id)}}',
      bad: '{{> ui-button label="Go" attrs=(html-attrs srcdoc="x")}}',
    });

    expect(engine.render('lab:good', { id: '"7"' }, env).toHTML()).to.match(
      /(?= [^>]*hx-get="\/x")(?= [^>]*data-id="&quot;7&quot;")/,
    );
    expect(() => engine.render('lab:bad', {}, env)).to.throw(/srcdoc/);
  });

  it('does not lead to an address that runs a script', () => {
    const engine = buildEngine({ page: '{{> ui-link-button label="Open" href=href}}' });

    expect(engine.render('lab:page', { href: 'javascript:alert(1)' }, env).toHTML()).to.include('href="#"');
  });

  it('ties label, hint and error to the control', () => {
    const engine = buildEngine({
      page: '{{> ui-field name="email" label="E-mail" hint="Work" error="Wrong" isRequired=true}}',
    });

    const html = engine.render('lab:page', {}, env).toHTML();

    expect(html)
      .to.include('for="field-email"')
      .and.to.include('aria-describedby="field-email-hint field-email-error"');
    expect(html).to.include('aria-invalid="true"').and.to.include(' required');
  });
});

describe('reading templates', () => {
  const refused: readonly (readonly [string, string, RegExp])[] = [
    ['three braces', '{{{html}}}', /SafeHtml/],
    ['an ampersand', '{{&html}}', /SafeHtml/],
    ['a style attribute', '<p style="color:red">', /style/],
    ['an inline script', '<script>x()</script>', /script/],
    ['an event handler', '<p onclick="x()">', /handler/],
    ['hx-on', '<p hx-on:click="x()">', /hx-on/],
    ['a filtered trigger', '<p hx-trigger="click[ctrlKey]">', /filter/],
    ['an inline partial', '{{#*inline "x"}}{{/inline}}', /inline partials/],
  ];
  for (const [what, text, reason] of refused) {
    it(`refuses ${what} and names the template`, () => {
      expect(() => buildEngine({ 'deals/page': text }))
        .to.throw(/lab:deals\/page/)
        .and.to.satisfy((error: Error) => reason.test(error.message));
    });
  }

  it('refuses a plugin that claims a name of the kit', () => {
    expect(() => buildEngine({ 'ui-button': 'x' })).to.throw(/ui-/);
  });

  it('names a template that does not parse', () => {
    const engine = buildEngine({ page: '{{#if x}}' });

    expect(() => engine.verify()).to.throw(/lab:page/);
  });

  it('compiles all of the core', () => {
    expect(() => buildEngine().verify()).not.to.throw();
  });
});

describe('texts', () => {
  it('fall back from the region to English and report a missing key once', () => {
    const missing: MissingMessage[] = [];
    const engine = buildEngine({}, { hello: 'Hello', count: '{n, plural, one {# deal} other {# deals}}' }, missing);
    const chinese = buildEnv({ locale: 'zh-CN' });

    expect(engine.translate(chinese, 'lab', 'hello')).to.equal('你好');
    expect(engine.translate(chinese, 'lab', 'count', { n: 2 })).to.equal('2 deals');
    expect([1, 2].map(() => engine.translate(chinese, 'lab', 'gone'))).to.deep.equal(['gone', 'gone']);
    expect(missing).to.deep.equal([{ locale: 'zh-CN', namespace: 'lab', key: 'gone' }]);
  });
});

describe('formatting', () => {
  it('follows locale, time zone and currency', () => {
    const { formatters } = buildEngine();
    const german = buildEnv({ locale: 'de', timeZone: 'America/New_York' });

    expect(formatters.money(german, { amount: '1234567.50', currency: 'USD' })).to.equal('1.234.567,50\u00a0$');
    expect(formatters.money(env, '1234')).to.equal('€1,234');
    expect(formatters.number(env, '9007199254740993.25')).to.equal('9,007,199,254,740,993.25');
    expect(formatters.percent(env, 63.15)).to.equal('63.15%');
    expect(formatters.dateTime(german, new Date('2026-01-01T02:00:00Z'))).to.equal('31.12.2025, 21:00');
    expect(formatters.date(german, '2026-01-01')).to.equal('01.01.2026');
    expect(formatters.timeAgo(env, new Date('2026-11-22T10:00:00Z'))).to.equal('2 hours ago');
    expect(formatters.date(env, null)).to.equal('');
  });
});
