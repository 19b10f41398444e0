import type { Exchange, Step } from './request-state.js';

/** Where files under `/assets/` come from; uikit's registry is one. */
export interface AssetSource {
  serve(
    path: string,
    acceptEncoding: string,
  ): Promise<{ readonly headers: Readonly<Record<string, string>>; readonly body: Buffer } | undefined>;
}

/** Answers `/assets/…` from memory; their addresses hold a hash, so nothing below them ever changes. */
export function serveAssets(assets: AssetSource): Step {
  return (ctx) => {
    const isAsked = ctx.path.startsWith('/assets/') && (ctx.method === 'GET' || ctx.method === 'HEAD');
    return isAsked && serve(assets, ctx);
  };
}

async function serve(assets: AssetSource, ctx: Exchange): Promise<boolean> {
  const asset = await assets.serve(ctx.path, ctx.get('Accept-Encoding'));
  if (asset === undefined) return false;
  ctx.status = 200;
  ctx.set(asset.headers);
  ctx.body = asset.body;
  return true;
}
