import type Koa from 'koa';
import compress from 'koa-compress';
import { Authenticator } from '../auth/authenticator.js';
import type { Workspace } from '../workspace/workspace.js';
import { Metrics } from '../metrics/metrics.js';
import { logAccess } from './access-log.js';
import { Application } from './application.js';
import { isForwardedHttps } from './client-address.js';
import { dispatch } from './dispatcher.js';
import { handleErrors } from './error-handler.js';
import { serveHealth } from './health.js';
import { createAdmission } from './overload.js';
import { createPipeline } from './pipeline.js';
import { identifyRequest } from './request-id.js';
import type { Exchange, RequestState } from './request-state.js';
import { securityHeaders } from './security-headers.js';
import { requireSetup } from './setup-gate.js';
import { serveAssets } from './static-assets.js';
import { AssetStore, ReadinessProbes, SetupState } from './tokens.js';

/** The web application of a workspace: what every request passes, in its order. */
export function createApp(workspace: Workspace): Application {
  const { container, config, log } = workspace;
  const isPublicHttps = (): boolean => workspace.info().publicUrl.startsWith('https:');
  const isHttps = (ctx: Exchange): boolean => isPublicHttps() || isForwardedHttps(ctx.req, config.trustProxy);
  const admission = createAdmission();
  const metrics = container.isRegistered(Metrics) ? container.resolve(Metrics) : undefined;
  metrics?.follow(admission);
  const serve = createPipeline({
    preparations: [
      identifyRequest(config.trustProxy),
      logAccess(log, metrics),
      securityHeaders(isPublicHttps),
      // Caches hear in any case that answers differ by what was asked for.
      (ctx) => ctx.set('Vary', 'Accept-Encoding'),
    ],
    steps: [
      serveHealth(() => container.resolveAll(ReadinessProbes)),
      serveAssets(container.resolve(AssetStore)),
      requireSetup(container.resolve(SetupState)),
      dispatch({ workspace, authenticator: container.resolve(Authenticator), admission, isHttps }),
    ],
    answerError: handleErrors(workspace),
  });
  return new Application({ admission, log, serve, compress: compressed });
}

/** Event streams stay as they are: a compressor would hold events back until its buffer is full. */
const compressAnswer = compress({
  filter: (type) => /^(text\/(?!event-stream)|application\/(problem\+)?json|image\/svg)/i.test(type),
});

/** Only who asks for compression pays for it. */
const compressed: Koa.Middleware<RequestState> = async (ctx, next) => {
  await (ctx.req.headers['accept-encoding'] === undefined ? next() : compressAnswer(ctx, next));
};
