/**
 * The flags of `npm start`. Plain JavaScript: they are checked on Node 20 before anything is installed, so that a typing
 * error does not cost a minute, and `--help` costs nothing.
 */
import { parseArgs } from 'node:util';

/**
 * @typedef {object} StartFlags
 * @property {number} bots players from outside who play along
 * @property {number} simulations simulation processes
 * @property {number} edges edge processes
 * @property {number} port where the first edge serves the page; edge k takes port + 2(k-1) and the next for gRPC
 * @property {number} latency how much longer the way there and back takes for browsers, in milliseconds
 * @property {number} jitter and so much more or less
 * @property {number} stall nothing passes for so long every few seconds
 */

const numbers = {
  bots: { fallback: 0, min: 0, max: 500, about: 'bots that play along, as real clients over the network' },
  simulations: { fallback: 1, min: 1, max: 16, about: 'simulation processes' },
  edges: { fallback: 1, min: 1, max: 16, about: 'edge processes' },
  port: { fallback: 8080, min: 1024, max: 65_000, about: 'port of the page; the next one is for native gRPC' },
  latency: { fallback: 0, min: 0, max: 5_000, about: 'ms that the way there and back takes longer for browsers' },
  jitter: { fallback: 0, min: 0, max: 5_000, about: 'ms that it takes more or less, there and back' },
  stall: { fallback: 0, min: 0, max: 60_000, about: 'ms that nothing passes every few seconds' },
};

export const helpText = `Starts Clew on this machine: Redis, session, matchmaking, simulations and edges. Ctrl-C stops everything.

Usage: npm start -- [flags]

${Object.entries(numbers)
  .map(([name, { fallback, about }]) => `  ${`--${name} N`.padEnd(17)}${about} (${fallback})`)
  .join('\n')}
  --help           this text

Redis: the one at CLEW_REDIS_URL, or else redis-server or valkey-server on PATH, or else Docker, or else, as root on Debian or
Ubuntu, the distribution's package. The last three are private: their data is under .clew/, they end with npm start.
Logs: CLEW_LOG_LEVEL=debug tells more, warn less.`;

/**
 * @param {string[]} args
 * @param {Record<string, string | undefined>} env
 * @returns {{ kind: 'help' } | { kind: 'fault', message: string } | { kind: 'flags', flags: StartFlags }}
 */
export function parseFlags(args, env) {
  const taken = Object.keys(numbers).find((name) => env[`npm_config_${name}`] !== undefined);
  if (taken) return fault(`npm took --${taken} for itself; put two dashes first: npm start -- --${taken} N`);

  const options = Object.fromEntries(
    Object.keys(numbers).map((name) => [name, /** @type {const} */ ({ type: 'string' })]),
  );
  let parsed;
  try {
    parsed = parseArgs({
      args,
      options: { ...options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
  } catch (error) {
    return fault(String(/** @type {Error} */ (error).message).split('. ')[0] ?? '');
  }
  if (parsed.values.help) return { kind: 'help' };
  if (parsed.positionals.length > 0) return fault(`does not know what to do with "${parsed.positionals[0]}"`);

  /** @type {StartFlags} */
  const flags = { bots: 0, simulations: 0, edges: 0, port: 0, latency: 0, jitter: 0, stall: 0 };
  for (const [name, { fallback, min, max }] of Object.entries(numbers)) {
    const text = /** @type {Record<string, unknown>} */ (parsed.values)[name];
    const value = text === undefined ? fallback : Number(text);
    if (text === '' || !Number.isInteger(value) || value < min || value > max) {
      return fault(`--${name} must be a whole number from ${min} to ${max}, not "${text}"`);
    }
    flags[/** @type {keyof StartFlags} */ (name)] = value;
  }
  return { kind: 'flags', flags };
}

/** @param {string} message */
function fault(message) {
  return { kind: /** @type {const} */ ('fault'), message: `${message} (npm start -- --help lists the flags)` };
}
