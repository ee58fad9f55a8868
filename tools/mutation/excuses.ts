/**
 * Cleanup that no test can miss, and why. Each names a file, the line as it reads there (without indentation), and the reason,
 * which must be true: not that a test is hard to write, but that without the line nothing is kept longer than with it, or
 * nothing that has no bound of its own.
 */
import type { Excuse } from './excusing.ts';

export const excuses: readonly Excuse[] = [];
