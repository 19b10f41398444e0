import { expect } from 'chai';

import { SafeHtml, type PageModel, type ShellModel } from '../../dist/views/index.js';
import { buildEngine, buildEnv } from './view-lab.js';

const engine = buildEngine();
const html = (text: string): SafeHtml => SafeHtml.trust(text);

const page: PageModel = {
  title: 'Acme <1>',
  layout: 'app',
  breadcrumbs: [{ label: 'Accounts', href: '/accounts' }, { label: 'Acme' }],
  blocks: [
    { name: 'head', html: html('<h1>Acme</h1>') },
    { name: 'details', column: 'details', html: html('<p>d</p>') },
    { name: 'timeline', column: 'main', html: html('<p>t</p>') },
    { name: 'foot', html: html('<p>f</p>') },
  ],
};

const shell: ShellModel = {
  workspaceName: 'Acme Industrial',
  menu: [{ items: [{ label: 'Accounts', icon: 'building', href: '/accounts', isCurrent: true, count: 1200 }] }],
};

describe('a page', () => {
  it('is a whole document with its blocks in order, the shell and the forgery token', () => {
    const text = engine
      .page(page, buildEnv({ theme: 'dark', user: { id: '1', name: 'Maya Kim', href: '/me' } }), shell)
      .toHTML();

    expect(text).to.match(/^<!doctype html>\n<html lang="en" data-theme="dark">/);
    expect(text)
      .to.include('<title>Acme &lt;1&gt; · Acme Industrial</title>')
      .and.to.include('"x-csrf-token":"token-1"');
    expect(text).to.match(
      /block-head[\s\S]*columns-details-main[\s\S]*block-details[\s\S]*block-timeline[\s\S]*block-foot/,
    );
    expect(text)
      .to.match(/href="\/accounts" aria-current="page"[\s\S]*1,200/)
      .and.to.include('Maya Kim');
  });

  it('loads nothing from elsewhere and carries no inline script or style', () => {
    const text = engine.page(page, buildEnv(), shell).toHTML();

    expect(text).not.to.match(/(?:src|href)="(?:https?:)?\/\//);
    expect(text).not.to.match(/\sstyle=|\son\w+=|<style|<script(?![^>]*src=)/);
  });

  it('leaves the system to choose light or dark unless told', () => {
    expect(engine.page(page, buildEnv(), shell).toHTML()).not.to.include('data-theme=');
  });

  it('is for htmx its title and blocks, or the one block it asks for', () => {
    const all = engine.fragment(page, buildEnv()).toHTML();
    const one = engine.fragment(page, buildEnv(), 'timeline').toHTML();

    expect(all).to.include('<title>Acme &lt;1&gt;</title>').and.to.include('block-details').and.not.to.include('<html');
    expect(one).to.include('<p>t</p>').and.not.to.include('block-details');
  });

  it('hands a toast over beside the fragment', () => {
    const toast = engine.render('ui-toast', { text: 'Saved', undoAction: '/undo/1' }, buildEnv());

    expect(engine.fragment({ ...page, toast }, buildEnv()).toHTML()).to.match(
      /<hx-partial hx-target="#toasts"[\s\S]*Saved[\s\S]*\/undo\/1/,
    );
  });
});
