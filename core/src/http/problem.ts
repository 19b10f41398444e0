import type { Problem, TrellisError } from '@trellis-crm/sdk';

/** Body of a failed API call: RFC 9457 with our stable `code`. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly Problem[];
  /** Typed facts of the error, without secrets. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly requestId: string;
}

/** Content type of a {@link ProblemDocument}. */
export const problemType = 'application/problem+json; charset=utf-8';

/** The document for an error that may be shown. */
export function presentProblem(error: TrellisError, requestId: string): ProblemDocument {
  return {
    type: 'about:blank',
    title: problemTitles[error.status] ?? 'Error',
    status: error.status,
    code: error.code,
    detail: error.message,
    ...(error.errors.length > 0 ? { errors: error.errors } : {}),
    ...(Object.keys(error.details).length > 0 ? { details: error.details } : {}),
    requestId,
  };
}

/** What a status means, in a few words. */
export const problemTitles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  412: 'Changed meanwhile',
  413: 'Too large',
  415: 'Unsupported content type',
  422: 'Not valid',
  428: 'Version required',
  429: 'Too many requests',
  500: 'Internal error',
  502: 'Outside system failed',
  503: 'Unavailable',
};
