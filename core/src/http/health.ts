import type { Exchange, Step } from './request-state.js';

/** Something that must work before this process may get requests: the database, its migrations, the job worker. */
export interface ReadinessProbe {
  /** Stable name shown in the answer. */
  readonly name: string;
  /** Rejects while it does not work. */
  readonly check: () => Promise<void>;
}

/** Answers `/healthz` (the process is alive; asks nobody) and `/readyz` (200, or 503 with the names of what is missing). */
export function serveHealth(probes: () => readonly ReadinessProbe[]): Step {
  return (ctx) => {
    if (ctx.path === '/healthz') return answer(ctx, []);
    return ctx.path === '/readyz' && failingProbes(probes()).then((failing) => answer(ctx, failing));
  };
}

function answer(ctx: Exchange, failing: readonly string[]): true {
  const isOk = failing.length === 0;
  ctx.status = isOk ? 200 : 503;
  ctx.set('Cache-Control', 'no-store');
  if (!isOk) ctx.set('Retry-After', '2');
  ctx.set('Content-Type', 'application/json; charset=utf-8');
  ctx.body = { status: isOk ? 'ok' : 'unavailable', failing };
  return true;
}

const probeTimeoutMs = 2500;

async function failingProbes(probes: readonly ReadinessProbe[]): Promise<string[]> {
  const results = await Promise.all(probes.map(async ({ name, check }) => ((await succeeds(check)) ? [] : [name])));
  return results.flat();
}

function succeeds(check: () => Promise<void>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), probeTimeoutMs);
    check()
      .then(
        () => resolve(true),
        () => resolve(false),
      )
      .finally(() => clearTimeout(timer));
  });
}
