import type { Format } from './format.js';
import type { Id } from './identifiers.js';

/** What a mail says; core gives it the workspace's look, as HTML and as plain text. No images. */
export interface Letter {
  readonly subject: string;
  /** The subject unless told. */
  readonly heading?: string;
  /** Plain text, a paragraph each. */
  readonly paragraphs: readonly string[];
  /** Rows of a list below the paragraphs. */
  readonly items?: readonly LetterItem[];
  /** The one thing to do next. */
  readonly action?: { readonly label: string; readonly href: string };
}

/** One row of a letter's list. `href` is a path of this site or an address with a scheme, as everywhere in a letter. */
export interface LetterItem {
  readonly title: string;
  readonly note?: string;
  readonly href?: string;
}

/** Who will read a letter, and the means to write it in their language, zone and number format. */
export interface LetterReader {
  readonly name: string;
  /** BCP 47. */
  readonly locale: string;
  /** IANA name. */
  readonly timeZone: string;
  /** Text of the plugin's catalogue (or of core's, by `core:key`). */
  t(key: string, values?: Readonly<Record<string, unknown>>): string;
  readonly format: Format;
}

/** A mail to one recipient. */
export interface NewMail {
  /** A user, who has an address and a language on record, or anybody. */
  readonly to: { readonly user: Id } | { readonly email: string; readonly name?: string; readonly locale?: string };
  /** What sort of mail it is, in kebab case, for the list of mails. */
  readonly kind: string;
  /** A second mail of the plugin with the same key is not stored. */
  readonly key?: string;
  /** Written once, when the mail is stored; called synchronously. */
  write(reader: LetterReader): Letter;
}

/** Mails that leave the workspace. Needs the capability `core.mail:send`. */
export interface MailRoom {
  /**
   * Stores a mail in the current transaction when there is one; it leaves after the commit, is tried again when the mail server
   * does not take it, and is only kept for administrators to look at while none is configured.
   * @returns false when there is nothing to send: the user has no address or may not sign in, or the key was used before
   */
  send(mail: NewMail): Promise<boolean>;
}
