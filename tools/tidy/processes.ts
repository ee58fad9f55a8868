/** Only main.ts knows that it is a process: everything else is told what it needs, and can be run by a test. */
import { isForTests } from './imports.ts';
import { at, isSyntax, type Repository, walk } from './repository.ts';

const PROCESS_WIDE = new Set(['env', 'argv', 'exit', 'exitCode', 'kill', 'abort', 'on', 'once', 'stdin']);

export function processAccess({ sources }: Repository): string[] {
  return sources
    .filter((file) => /^(packages|services)\//.test(file.area) && !isForTests(file) && !file.path.endsWith('/main.ts'))
    .flatMap((file) =>
      [...walk(file.syntax)].flatMap((node) => {
        if (node.type !== 'MemberExpression' || !isSyntax(node.object) || !isSyntax(node.property)) return [];
        const isProcess = node.object.name === 'process' && PROCESS_WIDE.has(String(node.property.name));
        return isProcess
          ? [at(file, node, `process.${node.property.name} is main.ts' alone: take it as a parameter`)]
          : [];
      }),
    );
}
