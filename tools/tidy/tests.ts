/** A test asserts something, and does not wait for time to pass. */
import { at, isSyntax, type Repository, type SourceFile, type Syntax, walk } from './repository.ts';

const ASSERTS = /\bassert|\bexpect\w*\(|\buntil\w*\(|\beventually\(/;

export function assertingTests({ sources }: Repository): string[] {
  return sources
    .filter((file) => file.isTest)
    .flatMap((file) => {
      const helpers = assertingFunctions(file);
      const tests = [...walk(file.syntax)].filter(isTestCall);
      if (tests.length === 0) return [`${file.path} has no test`];
      return tests.flatMap((test) => {
        const text = file.text.slice(test.start, test.end);
        const asserts = ASSERTS.test(text) || helpers.some((name) => new RegExp(`\\b${name}\\(`).test(text));
        return asserts ? [] : [at(file, test, 'asserts nothing')];
      });
    });
}

/** Functions of the file that assert on behalf of its tests. */
function assertingFunctions(file: SourceFile): string[] {
  return [...walk(file.syntax)].flatMap((node) => {
    const isFunction =
      node.type === 'FunctionDeclaration' || (node.type === 'VariableDeclarator' && isSyntax(node.init));
    const name = isSyntax(node.id) ? node.id.name : undefined;
    if (!isFunction || typeof name !== 'string' || !ASSERTS.test(file.text.slice(node.start, node.end))) return [];
    return [RegExp.escape(name)];
  });
}

function isTestCall(node: Syntax): boolean {
  return node.type === 'CallExpression' && isSyntax(node.callee) && /^(test|it)$/.test(String(node.callee.name));
}
