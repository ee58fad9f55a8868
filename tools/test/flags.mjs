/** The flags of `npm test`, checked on Node 20 before anything is installed. */
import { parseArgs } from 'node:util';

/** In the order in which they run: what is quick to fail comes first. */
export const stages = /** @type {const} */ (['check', 'unit', 'redis', 'integration']);

/** @typedef {typeof stages[number]} Stage */

/**
 * @typedef {object} TestFlags
 * @property {readonly Stage[]} stages what to run
 * @property {readonly string[]} patterns only test files whose path holds one of these; all without
 * @property {string | undefined} name only tests whose name matches this regular expression
 */

export const helpText = `Runs the tests, and prepares what they need: Docker, a Redis image, Chromium, Prometheus (on Debian and Ubuntu as root).

Usage: npm test -- [flags] [part of a path …]

  --unit           check and unit tests only: they need nothing but Node
  --only STAGES    some of ${stages.join(', ')} (separated by commas), or tidy
  --name PATTERN   only tests whose name matches
  --help           this text

  npm test -- --only unit packages/maze     the rules
  npm test -- session-store.redis           one file, with its Redis`;

/**
 * @param {string[]} args
 * @returns {{ kind: 'help' } | { kind: 'fault', message: string } | { kind: 'flags', flags: TestFlags }}
 */
export function parseFlags(args) {
  let parsed;
  try {
    parsed = parseArgs({
      args,
      options: {
        unit: { type: 'boolean' },
        only: { type: 'string' },
        name: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
      allowPositionals: true,
    });
  } catch (error) {
    return fault(String(/** @type {Error} */ (error).message).split('. ')[0] ?? '');
  }
  const { values, positionals: patterns } = parsed;
  const { name } = values;
  if (values.help) return { kind: 'help' };
  if (values.unit) return { kind: 'flags', flags: { stages: ['unit'], patterns, name } };
  if (values.only === 'tidy') return { kind: 'flags', flags: { stages: ['unit'], patterns: ['tools/tidy'], name } };
  if (values.only === undefined) {
    // Whoever names files wants those, and no check of everything.
    const all = patterns.length === 0 && name === undefined ? stages : stages.filter((stage) => stage !== 'check');
    return { kind: 'flags', flags: { stages: all, patterns, name } };
  }
  const only = values.only.split(',');
  const unknown = only.find((stage) => !stages.some((known) => known === stage));
  if (unknown !== undefined) return fault(`--only knows ${stages.join(', ')} and tidy, not "${unknown}"`);
  return { kind: 'flags', flags: { stages: stages.filter((stage) => only.includes(stage)), patterns, name } };
}

/** @param {string} message */
function fault(message) {
  return { kind: /** @type {const} */ ('fault'), message: `${message} (npm test -- --help lists the flags)` };
}
