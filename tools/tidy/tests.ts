/** A test asserts something, or ends by waiting for what must happen. */
import { at, isSyntax, type Repository, type SourceFile, type Syntax, walk } from './repository.ts';

const ASSERTS = /\bassert|\bexpect\w*\(|\buntil\w*\(/;

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
        return asserts || endsByWaiting(test) ? [] : [at(file, test, 'asserts nothing')];
      });
    });
}

/** Functions of the file that assert on behalf of its tests. */
function assertingFunctions(file: SourceFile): string[] {
  return [...walk(file.syntax)].flatMap((node) => {
    const name = isSyntax(node.id) ? node.id.name : undefined;
    if (!/^(FunctionDeclaration|VariableDeclarator)$/.test(node.type) || typeof name !== 'string') return [];
    return ASSERTS.test(file.text.slice(node.start, node.end)) ? [RegExp.escape(name)] : [];
  });
}

/** The last statement of the test's function awaits something: that it comes is what the test says. */
function endsByWaiting(test: Syntax): boolean {
  const run = (test.arguments as Syntax[]).at(-1);
  const statements = isSyntax(run?.body) ? run.body.body : undefined;
  const last = Array.isArray(statements) ? (statements.at(-1) as Syntax | undefined)?.expression : undefined;
  return isSyntax(last) && last.type === 'AwaitExpression';
}

function isTestCall(node: Syntax): boolean {
  return node.type === 'CallExpression' && isSyntax(node.callee) && /^(test|it)$/.test(String(node.callee.name));
}
