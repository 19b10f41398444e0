import type { Letter, LetterItem } from '@trellis-crm/sdk';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { coreAssetsDir, escapeHtml, type ViewEngine, type ViewEnv } from '../views/index.js';
import type { MailContent } from './mail-store.js';

/** What surrounds a letter. */
export interface LetterFrame {
  readonly views: ViewEngine;
  readonly env: ViewEnv;
  readonly workspaceName: string;
  /** Base of links, without a slash at the end. */
  readonly publicUrl: string;
  /** Page on which the reader says what to be told; null for mails that do not ask. */
  readonly settingsUrl: string | null;
}

/** Writes both parts of a letter: the same words, once with the workspace's look. */
export function writeLetter(letter: Letter, frame: LetterFrame): MailContent {
  const absolute = withAbsoluteLinks(letter, frame.publicUrl);
  return { html: htmlOf(absolute, frame), text: textOf(absolute, frame) };
}

/** A path of this site becomes an address; anything else than http, https and mailto becomes none. */
function absoluteUrl(href: string, publicUrl: string): string {
  if (href.startsWith('/')) return `${publicUrl}${href}`;
  return /^(?:https?:|mailto:)/i.test(href) ? href : publicUrl;
}

function withAbsoluteLinks(letter: Letter, publicUrl: string): Letter {
  const { action, items } = letter;
  const linked = ({ href, ...item }: LetterItem): LetterItem =>
    href === undefined ? item : { ...item, href: absoluteUrl(href, publicUrl) };
  return {
    ...letter,
    ...(action && { action: { label: action.label, href: absoluteUrl(action.href, publicUrl) } }),
    ...(items && { items: items.map(linked) }),
  };
}

/** Pages may carry no styles of their own, and mails can have no others: the sheet is put in around the template. */
function htmlOf(letter: Letter, { views, env, workspaceName, publicUrl, settingsUrl }: LetterFrame): string {
  const { subject, heading = subject, paragraphs, items, action } = letter;
  const context = { heading, paragraphs, items, action, workspaceName, publicUrl, settingsUrl };
  const body = views.render('core:mails/letter', context, env).toString();
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(subject)}</title>`;
  return `<!doctype html><html lang="${escapeHtml(env.locale)}"><head>${head}<style>${styles}</style></head><body class="mail">${body}</body></html>`;
}

const styles = readFileSync(join(coreAssetsDir, 'css/mail/mail.css'), 'utf8')
  .replace(/\/\*[\s\S]*?\*\//g, '')
  .replace(/\s+/g, ' ')
  .trim();

function textOf(letter: Letter, { views, env, workspaceName, publicUrl, settingsUrl }: LetterFrame): string {
  const { subject, heading = subject, paragraphs, items = [], action } = letter;
  const settings = settingsUrl === null ? [] : [`${views.translate(env, 'core', 'mails.settings')}: ${settingsUrl}`];
  const parts = [
    heading,
    ...paragraphs,
    ...(items.length === 0 ? [] : [items.map(itemText).join('\n')]),
    ...(action === undefined ? [] : [`${action.label}: ${action.href}`]),
    ['-- ', `${workspaceName} · ${publicUrl}`, ...settings].join('\n'),
  ];
  return `${parts.join('\n\n')}\n`;
}

function itemText({ title, note, href }: LetterItem): string {
  const lines = [`- ${title}`, note, href].filter((line) => line !== undefined && line !== '');
  return lines.join('\n  ');
}
