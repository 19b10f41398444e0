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
import { identifyRequest } from './request-id.js';
import type { Exchange, RequestState, Step } from './request-state.js';
import { securityHeaders } from './security-headers.js';
import { requireSetup } from './setup-gate.js';
import { serveAssets } from './static-assets.js';
import { AssetStore, ReadinessProbes, SetupState } from './tokens.js';

/** The web application of a workspace: the steps every request passes, in their order. */
export function createApp(workspace: Workspace): Koa<RequestState> {
  const { container, config, log } = workspace;
  const isPublicHttps = (): boolean => workspace.info().publicUrl.startsWith('https:');
  const isHttps = (ctx: Exchange): boolean => isPublicHttps() || isForwardedHttps(ctx.req, config.trustProxy);
  const admission = createAdmission();
  const metrics = container.isRegistered(Metrics) ? container.resolve(Metrics) : undefined;
  metrics?.follow(admission);
  const app = new Application(admission, log);
  app.on('error', (error: unknown) => log.debug({ err: error }, 'answer could not be sent'));
  app.use(identifyRequest(config.trustProxy));
  app.use(logAccess(log, metrics));
  app.use(securityHeaders(isPublicHttps));
  app.use(compressed);
  app.use(handleErrors(workspace));
  app.use(serveHealth(() => container.resolveAll(ReadinessProbes)));
  app.use(serveAssets(container.resolve(AssetStore)));
  app.use(requireSetup(container.resolve(SetupState)));
  app.use(dispatch({ workspace, authenticator: container.resolve(Authenticator), admission, isHttps }));
  return app;
}

/** Event streams stay as they are: a compressor would hold events back until its buffer is full. */
const compressAnswer = compress({
  filter: (type) => /^(text\/(?!event-stream)|application\/(problem\+)?json|image\/svg)/i.test(type),
});

/** Only who asks for compression pays for it; caches hear in any case that answers differ by what was asked for. */
const compressed: Step = async (ctx, next) => {
  ctx.set('Vary', 'Accept-Encoding');
  await (ctx.req.headers['accept-encoding'] === undefined ? next() : compressAnswer(ctx, next));
};
