import type { Exchange } from './request-state.js';

/** Puts the protective headers on every answer; what a page may load comes from this site alone, and nothing runs inline. */
export function securityHeaders(isHttps: () => boolean): (ctx: Exchange) => void {
  return (ctx) => {
    ctx.set(fixedHeaders);
    if (isHttps()) ctx.set('Strict-Transport-Security', 'max-age=31536000; includeSubDomains');
  };
}

const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const fixedHeaders = {
  'Content-Security-Policy': contentSecurityPolicy,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'X-Permitted-Cross-Domain-Policies': 'none',
};
