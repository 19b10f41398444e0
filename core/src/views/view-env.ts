/** Whether a page is shown light, dark, or as the person's operating system asks. */
export type Theme = 'light' | 'dark' | 'system';

/** What one rendering knows about the request and the person, readable in every template and partial as `@env`. */
export interface ViewEnv {
  /** BCP 47 tag of the person's language, e.g. `en` or `zh-CN`. */
  readonly locale: string;
  /** IANA name; dates with a time are shown in it. */
  readonly timeZone: string;
  /** ISO 4217 code for amounts that carry no currency of their own. */
  readonly currency: string;
  readonly theme: Theme;
  /** The person switched shortcuts of a single key off in this browser. */
  readonly areKeysOff?: boolean | undefined;
  /** Goes into every form as `_csrf` and into every htmx request as `x-csrf-token`. */
  readonly csrfToken: string;
  /** Path and query of the page being shown. */
  readonly url: string;
  /** The moment the request is answered; "2 hours ago" counts from here. */
  readonly now: Date;
  /** Absent on pages for people who have not signed in. */
  readonly user?: {
    readonly id: string;
    readonly name: string;
    readonly href: string;
    /** Notifications that want attention, up to 100; no inbox is shown without it. */
    readonly unread?: number;
  };
}
