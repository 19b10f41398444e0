import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** Where a code stands that people can be refused with. */
export interface RaisedCode {
  readonly code: string;
  readonly file: string;
}

/** A source file, by its path and text. */
export interface SourceText {
  readonly file: string;
  readonly text: string;
}

/** Every source file below a folder. */
export function sourcesIn(root: string, folder: string): SourceText[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => name.endsWith('.ts')).map((name) => `${folder}/${name.replaceAll('\\', '/')}`);
  return files.map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));
}

/**
 * The codes that the sources can refuse with: those of errors whose text people read, of problems (`code: 'required'`), of functions that
 * make either from a parameter named `code`, and the values of tables of codes.
 */
export function raisedCodes(sources: readonly SourceText[]): RaisedCode[] {
  const files = sources.map(({ file, text }) => ({
    file,
    tree: ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true),
  }));
  const shared = joined(files.map(({ tree }) => makersIn(tree, true)));
  return files.flatMap(({ file, tree }) => {
    const makers = joined([shared, makersIn(tree, false)]);
    const codes = nodesOf(tree).flatMap((node) => codesAt(node, makers));
    return [...new Set(codes)].map((code) => ({ code, file }));
  });
}

/** What makes an error or a problem of a code: by its name, the place of the code among the arguments. */
type Makers = ReadonlyMap<string, number>;

/** Errors that are told by their own code; the others by a text for their status. */
const toldByCode: ReadonlySet<string> = new Set(
  ['Forbidden', 'Conflict', 'Stale', 'TooLarge', 'Validation', 'RateLimit'].map((name) => `${name}Error`),
);

function joined(all: readonly Makers[]): Makers {
  return new Map(all.flatMap((makers) => [...makers]));
}

function nodesOf(node: ts.Node, found: ts.Node[] = []): ts.Node[] {
  found.push(node);
  ts.forEachChild(node, (child) => {
    nodesOf(child, found);
  });
  return found;
}

/** Functions, methods and kinds of errors of a file that take a code; all of them, or what other files may use. */
function makersIn(tree: ts.SourceFile, onlyExported: boolean): Makers {
  const own = nodesOf(tree).filter((node) => !onlyExported || isExported(node));
  return new Map(own.flatMap((node) => makerAt(node) ?? []));
}

function isExported(node: ts.Node): boolean {
  return (
    ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  );
}

function makerAt(node: ts.Node): [[string, number]] | null {
  if (ts.isClassDeclaration(node)) return errorClassAt(node);
  const takes = ts.isVariableDeclaration(node) ? node.initializer : node;
  if (takes === undefined || !isFunction(takes)) return null;
  const name = ts.isVariableDeclaration(node) ? node.name : takes.name;
  const place = takes.parameters.findIndex((parameter) => parameter.name.getText() === 'code');
  return place < 0 || name === undefined ? null : [[name.getText(), place]];
}

function errorClassAt({ name, heritageClauses }: ts.ClassLikeDeclaration): [[string, number]] | null {
  const bases = [...(heritageClauses ?? [])];
  const isError = bases.some(({ types }) => types.some((type) => toldByCode.has(type.expression.getText())));
  return name !== undefined && isError ? [[name.getText(), 0]] : null;
}

function isFunction(node: ts.Node): node is ts.FunctionDeclaration | ts.MethodDeclaration | ts.ArrowFunction {
  return ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node) || ts.isArrowFunction(node);
}

function codesAt(node: ts.Node, makers: Makers): string[] {
  if (ts.isNewExpression(node) || ts.isCallExpression(node)) return codesOfCall(node, makers);
  if (ts.isPropertyAssignment(node)) return node.name.getText() === 'code' ? textsOf(node.initializer) : [];
  return ts.isVariableDeclaration(node) && node.name.getText() === 'codes' ? valuesOf(node.initializer) : [];
}

function codesOfCall(node: ts.NewExpression | ts.CallExpression, makers: Makers): string[] {
  const name = node.expression.getText().replace(/^this\./, '');
  const place = toldByCode.has(name) ? 0 : makers.get(name);
  return place === undefined ? [] : textsOf(node.arguments?.[place]);
}

/** Literals of an expression, of both branches of a condition too. */
function textsOf(node: ts.Expression | undefined): string[] {
  if (node === undefined) return [];
  if (ts.isStringLiteral(node)) return /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(node.text) ? [node.text] : [];
  return ts.isConditionalExpression(node) ? [...textsOf(node.whenTrue), ...textsOf(node.whenFalse)] : [];
}

function valuesOf(node: ts.Expression | undefined): string[] {
  if (node === undefined || !ts.isObjectLiteralExpression(node)) return [];
  return node.properties.flatMap((property) =>
    ts.isPropertyAssignment(property) ? textsOf(property.initializer) : [],
  );
}
