/** Why an installation cannot start, in words for the person at the terminal; never a stack trace. */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly reason: string;
  /** What to do about it. */
  readonly fix: string;
  /** Exit code of the process: 2 = wrong configuration or surroundings, 3 = already running. */
  readonly exitCode: number;

  constructor(problem: string, details: { reason: string; fix: string; exitCode?: number; cause?: unknown }) {
    super(problem, { cause: details.cause });
    this.reason = details.reason;
    this.fix = details.fix;
    this.exitCode = details.exitCode ?? 2;
  }
}
