/** The path to go on to, after signing in or at a plugin's word, when it lies on this site; the start page otherwise. */
export function localPath(next: string | undefined): string {
  if (next === undefined || !next.startsWith('/') || !URL.canParse(next, base)) return '/';
  const url = new URL(next, base);
  // The parser drops tabs and line ends and turns a backslash into a slash, as a browser does: what it says is what counts.
  return url.origin === base ? `${url.pathname}${url.search}${url.hash}`.replace(/^\/{2,}/, '/') : '/';
}

const base = 'http://local.invalid';
