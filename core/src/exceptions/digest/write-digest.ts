import type { Letter, LetterItem, LetterReader } from '@trellis-crm/sdk';
import type { Generation } from '../../kernel/generation.js';
import type { OpenException } from '../list-exceptions.js';
import type { Rule } from '../rules/rule.js';
import { sinceText } from '../since-text.js';

/** What a digest tells one person. */
export interface DigestContent {
  readonly generation: Pick<Generation, 'entities'>;
  readonly rules: ReadonlyMap<string, Rule>;
  /** New ones, the newest first; those named. */
  readonly exceptions: readonly OpenException[];
  /** New ones altogether. */
  readonly count: number;
}

/** One mail with all that is new, each leading to its record. */
export function writeDigest(content: DigestContent): (reader: LetterReader) => Letter {
  return (reader) => {
    const { t } = reader;
    const { count, exceptions } = content;
    return {
      subject: t('core:exceptions.digest.subject', { count }),
      paragraphs: [
        t('core:exceptions.digest.text', { count }),
        ...(count > exceptions.length ? [t('core:exceptions.digest.more', { shown: exceptions.length })] : []),
      ],
      items: exceptions.map((exception) => itemOf(content, reader, exception)),
      action: { label: t('core:exceptions.digest.action'), href: '/exceptions' },
    };
  };
}

function itemOf({ generation, rules }: DigestContent, reader: LetterReader, exception: OpenException): LetterItem {
  const { entity, record, title, since, ownerName } = exception;
  const rule = rules.get(exception.rule);
  const name = rule === undefined ? exception.rule : ruleName(rule, (key) => reader.t(key));
  const when = since === null ? '' : reader.format.date(sinceText(generation, rule, since));
  const path = generation.entities.get(entity)?.path ?? '';
  return {
    title: title ?? reader.t('core:value.hidden'),
    note: [name, when, ownerName ?? ''].filter((part) => part !== '').join(' · '),
    href: `/${path}/${record}`,
  };
}

/** What a rule is called: by the workspace, or in the catalogue of its module. */
export function ruleName({ name, guideline, id }: Rule, t: (key: string) => string): string {
  return name ?? (guideline === null ? id : t(`${guideline.module}:${guideline.value.label}`));
}
