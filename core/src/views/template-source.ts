import { posix } from 'node:path';

import Handlebars from 'handlebars';

import { TemplateError } from './template-check.js';
import type { TemplateFile } from './template-files.js';

/**
 * Parses one template and ties it to its module: `t` looks in the module's texts, partial names become absolute
 * (`ui-*` is shared, anything else is found beside the template or under the module's `views`), and
 * `{{#> ui-card}}…{{/ui-card}}` renders its body where it is written, so a partial sees only what it is given.
 *
 * @throws TemplateError when the text is not a template
 */
export function parseTemplate({ name, namespace, path, source }: TemplateFile): hbs.AST.Program {
  const tree = parse(name, source);
  new ModuleScope(namespace, posix.dirname(path)).accept(tree);
  return tree;
}

function parse(name: string, source: string): hbs.AST.Program {
  try {
    return Handlebars.parse(source.trim());
  } catch (error) {
    throw new TemplateError(name, error instanceof Error ? error.message : String(error), { cause: error });
  }
}

class ModuleScope extends Handlebars.Visitor {
  readonly mutating = true;

  constructor(
    private readonly namespace: string,
    private readonly folder: string,
  ) {
    super();
  }

  override MustacheStatement(node: hbs.AST.MustacheStatement): void {
    this.scopeTranslation(node);
    super.MustacheStatement(node);
  }

  override SubExpression(node: hbs.AST.SubExpression): void {
    this.scopeTranslation(node);
    super.SubExpression(node);
  }

  override PartialStatement(node: hbs.AST.PartialStatement): void {
    this.scopePartial(node.name);
    super.PartialStatement(node);
  }

  override PartialBlockStatement(node: hbs.AST.PartialBlockStatement): void {
    this.scopePartial(node.name);
    super.PartialBlockStatement(node);
    Object.assign(node, blockOf(node));
  }

  private scopeTranslation(node: hbs.AST.MustacheStatement | hbs.AST.SubExpression): void {
    if (node.path.type !== 'PathExpression' || (node.path as hbs.AST.PathExpression).original !== 't') return;
    const { loc } = node;
    const hash = (node.hash as hbs.AST.Hash | undefined) ?? { type: 'Hash', pairs: [], loc };
    hash.pairs.push({ type: 'HashPair', key: 'namespace', value: text(this.namespace, loc), loc });
    node.hash = hash;
  }

  private scopePartial(name: hbs.AST.PathExpression | hbs.AST.SubExpression): void {
    if (name.type !== 'PathExpression') return;
    const path = name;
    if (path.original.startsWith('ui-') || path.original.includes(':')) return;
    const local = path.original.includes('/') ? path.original : posix.join(this.folder, path.original);
    path.original = `${this.namespace}:${local}`;
  }
}

/** What the statement becomes, in place: `{{#ui-block "ui-card" …}}`. */
function blockOf(node: hbs.AST.PartialBlockStatement): object {
  const { loc, hash, program, openStrip, closeStrip } = node;
  const name = (node.name as hbs.AST.PathExpression).original;
  return {
    type: 'BlockStatement',
    path: { type: 'PathExpression', data: false, depth: 0, parts: ['ui-block'], original: 'ui-block', loc },
    params: [text(name, loc), ...node.params],
    hash,
    program,
    openStrip,
    closeStrip,
    inverseStrip: closeStrip,
    loc,
  };
}

function text(value: string, loc: hbs.AST.SourceLocation): hbs.AST.StringLiteral {
  return { type: 'StringLiteral', value, original: value, loc };
}
