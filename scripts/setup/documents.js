import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** What is wrong with the documents of a clone: links that lead nowhere, decision records out of form, a map too long to read. */
export async function findDocumentFaults(root) {
  const documents = listDocuments(root);
  return [...documents.flatMap((path) => brokenLinks(root, path)), ...recordFaults(root), ...lengthFaults(root)];
}

/** Longest ARCHITECTURE.md that is still a map. */
const maxLines = 200;

function listDocuments(root) {
  const folders = ['.', 'docs', 'docs/adr', ...readdirSync(join(root, 'plugins')).map((id) => `plugins/${id}`)];
  return folders.flatMap((folder) => {
    const path = join(root, folder);
    const names = existsSync(path) ? readdirSync(path).filter((name) => name.endsWith('.md')) : [];
    return names.map((name) => join(path, name));
  });
}

function brokenLinks(root, path) {
  const text = readFileSync(path, 'utf8').replaceAll(/```[\s\S]*?```/g, '');
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target.replace(/#.*$/, ''));
  const local = targets.filter((target) => target !== '' && !/^[a-z]+:/.test(target));
  return local
    .filter((target) => !existsSync(join(dirname(path), target)))
    .map((target) => `${relative(root, path)}: ${target} does not exist`);
}

function recordFaults(root) {
  const folder = join(root, 'docs', 'adr');
  return readdirSync(folder)
    .sort()
    .flatMap((name, index) => {
      const text = readFileSync(join(folder, name), 'utf8');
      const missing = ['**Context.**', '**Decision.**', '**Consequences.**'].filter((part) => !text.includes(part));
      const isNext = name.startsWith(`${String(index + 1).padStart(4, '0')}-`);
      return [
        ...missing.map((part) => `docs/adr/${name}: ${part} is missing`),
        ...(isNext ? [] : [`docs/adr/${name}: numbers have a gap or repeat before it`]),
      ];
    });
}

function lengthFaults(root) {
  const lines = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8').split('\n').length;
  return lines > maxLines ? [`ARCHITECTURE.md has ${lines} lines; ${maxLines} are a map, more is a book`] : [];
}
