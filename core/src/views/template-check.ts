/** Says why a template may not be used, in words its author can act on. */
export class TemplateError extends Error {
  constructor(
    readonly template: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`${template}: ${reason}`, options);
    this.name = 'TemplateError';
  }
}

/** Refuses what the content security policy or the escaping rule forbids, before the template is ever rendered. @throws TemplateError */
export function checkTemplate(name: string, source: string): void {
  const text = source.replace(/\{\{!--[\s\S]*?--\}\}/g, '');
  for (const [pattern, reason] of forbidden) {
    if (pattern.test(text)) throw new TemplateError(name, reason);
  }
}

const forbidden: readonly (readonly [RegExp, string])[] = [
  [/\{\{~?\{|\{\{~?&/, 'unescaped output ({{{ or {{&) is not allowed; hand over SafeHtml instead'],
  [/\{\{~?#?\s*\*/, 'inline partials and decorators are not allowed; put the partial in a file of its own'],
  [
    /\sstyle\s*=/i,
    'style attributes are blocked by the content security policy; use a class, <progress> or an SVG attribute',
  ],
  [/<style\b/i, 'style elements are blocked by the content security policy'],
  [/<script\b(?![^>]*\ssrc=)/i, 'inline scripts are blocked by the content security policy'],
  [/\son[a-z]+\s*=/i, 'inline event handlers are blocked by the content security policy'],
  [/\shx-on[:\s=]/i, 'hx-on needs eval, which the content security policy blocks'],
  [
    /hx-(?:vals|headers)[^=]*=\s*["']\s*(?:js|javascript):/i,
    'js: values need eval, which the content security policy blocks',
  ],
  [/hx-trigger[^=]*=\s*"[^"]*\w\[/i, 'filters in hx-trigger need eval, which the content security policy blocks'],
];
