/** One thing wrong with the input, at an RFC 6901 pointer into the body (`/fields/name`) or the query (`?sort`). */
export interface Problem {
  readonly pointer: string;
  readonly code: string;
  readonly message: string;
  /** Facts that its text may name: `limit` of a length, a number or a count, `min` and `max`, `format` of a text. No secrets, no names of people. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** What an error may carry beside its code. */
export interface ErrorOptionsWithDetails {
  /** Sentence for people; the code with spaces when left out. */
  readonly message?: string;
  readonly errors?: readonly Problem[];
  readonly cause?: unknown;
}

/** Base of every error with a meaning. Test on `code` or `kind`, never on the text: two copies of this package still agree on those. */
export abstract class TrellisError extends Error {
  abstract readonly kind: string;
  /** HTTP status it becomes; 0 when it never reaches HTTP. */
  abstract readonly status: number;
  readonly errors: readonly Problem[];

  /**
   * @param code stable snake_case code, never renamed
   * @param details typed facts for the client; no secrets, no names of people
   */
  constructor(
    readonly code: string,
    readonly details: Readonly<Record<string, unknown>> = {},
    options: ErrorOptionsWithDetails = {},
  ) {
    super(options.message ?? sentence(code), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.errors = options.errors ?? [];
  }
}

/** 400: broken JSON or cursor, unknown query parameter, filter or sort field. */
export class MalformedError extends TrellisError {
  readonly kind = 'malformed';
  readonly status = 400;
}

/** 401: nobody is signed in. */
export class AuthenticationError extends TrellisError {
  readonly kind = 'authentication';
  readonly status = 401;
}

/** 403: the actor sees the record but may not do this. */
export class ForbiddenError extends TrellisError {
  readonly kind = 'forbidden';
  readonly status = 403;
}

/** 404: absent, or not visible to this actor; both look the same. */
export class NotFoundError extends TrellisError {
  readonly kind = 'not-found';
  readonly status = 404;
}

/** 409: state or uniqueness forbids it. */
export class ConflictError extends TrellisError {
  readonly kind = 'conflict';
  readonly status = 409;
}

/** 412: the record changed since the version the client knows. */
export class StaleError extends TrellisError {
  readonly kind = 'stale';
  readonly status = 412;
}

/** 413: body, file or page size beyond its limit. */
export class TooLargeError extends TrellisError {
  readonly kind = 'too-large';
  readonly status = 413;
}

/** 415: a content type the route does not take. */
export class MediaTypeError extends TrellisError {
  readonly kind = 'media-type';
  readonly status = 415;
}

/** 422: well-formed but not valid; `errors` says where. */
export class ValidationError extends TrellisError {
  readonly kind = 'validation';
  readonly status = 422;
}

/** 428: PATCH or DELETE without `If-Match`. */
export class PreconditionError extends TrellisError {
  readonly kind = 'precondition';
  readonly status = 428;
}

/** 429: too many requests; `details.retryAfterSeconds`. */
export class RateLimitError extends TrellisError {
  readonly kind = 'rate-limit';
  readonly status = 429;
}

/** 502: an outside system failed; `cause` is set. Reported to operators. */
export class UpstreamError extends TrellisError {
  readonly kind = 'upstream';
  readonly status = 502;
}

/** 503: database gone or overload; `details.retryAfterSeconds`. Reported to operators. */
export class UnavailableError extends TrellisError {
  readonly kind = 'unavailable';
  readonly status = 503;
}

/** A plugin cannot load or broke its promises; that plugin stops, the host goes on. */
export class PluginError extends TrellisError {
  readonly kind = 'plugin';
  readonly status = 0;
}

/** Whether a value is one of our errors, also when it comes from another copy of this package. */
export function isTrellisError(value: unknown): value is TrellisError {
  return (
    value instanceof Error && 'kind' in value && 'code' in value && 'status' in value && typeof value.code === 'string'
  );
}

function sentence(code: string): string {
  const text = code.replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
