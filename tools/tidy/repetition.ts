/** What is said twice is mended once: copies drift apart. */
import type { Repository } from './repository.ts';

/** Files with the same text, but for how they are indented. */
export function copiedFiles({ sources }: Repository): string[] {
  const byText = Map.groupBy(sources, ({ text }) => text.replace(/\s+/g, ' ').trim());
  return [...byText].flatMap(([text, files]) =>
    text === '' || files.length < 2 ? [] : `${files.map(({ path }) => path).join(' and ')} are the same file`,
  );
}

/** Two comments on one thing: the first tells what it was before somebody wrote the second. */
export function doubledComments({ sources }: Repository): string[] {
  return sources.flatMap(({ path, text }) => {
    const lines = text.split('\n');
    return lines.flatMap((line, index) => {
      const follows = line.trimEnd().endsWith('*/') && /^\s+\/\*\*/.test(lines[index + 1] ?? '');
      return follows ? `${path}:${index + 2} has a comment already` : [];
    });
  });
}
