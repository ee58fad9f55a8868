/**
 * What is wrong, by the same measures as the alerts (deploy/prometheus/rules), as far as two readings can tell it. Each
 * finding leads to its section of the runbook. Pure.
 */
import { type Checkup, everywhere, grew, heldBytes, type Patient, sessionsOf, shareAbove, sumOf } from './checkup.ts';

export interface Finding {
  readonly severity: 'critical' | 'warning';
  /** Its section of docs/runbook.md: the name of the alert that says the same. */
  readonly section: string;
  /** What is wrong, the process first. */
  readonly text: string;
  /** What to do now. */
  readonly advice: string;
}

type Findings = Iterable<Finding>;

const mebibyte = 2 ** 20;
/** Two readings nearer to each other than this say nothing of growth: garbage is collected in between, or is not. */
const growthSeconds = 30;
const startSeconds = 90;
const percent = (share: number) => `${Math.round(share * 100)} %`;
const restart = (name: string) => `restart ${name} (SIGTERM): its players are back within seconds`;

/** Critical ones first. */
export function findingsOf(checkup: Checkup): Finding[] {
  const ofAll = [reachability, versions, sessions, joins, queue].flatMap((rule) => [...rule(checkup)]);
  const ofEach = checkup.patients.flatMap((patient) =>
    [start, memory, collections, loop, frames, redis].flatMap((rule) => [...rule(patient, checkup)]),
  );
  return [...ofAll, ...ofEach].sort((one, other) => one.severity.localeCompare(other.severity));
}

function* reachability({ unreachable }: Checkup): Findings {
  for (const address of unreachable) {
    const advice = 'look at its supervisor and its log; others of its kind have taken over';
    yield {
      severity: 'critical',
      section: 'ProcessUnreachable',
      text: `nobody answers at ${address} within 5 s`,
      advice,
    };
  }
}

function* versions({ patients }: Checkup): Findings {
  const told = new Set(patients.map(({ now }) => `${now.versions.clew} on Node ${now.versions.node}`));
  if (told.size < 2) return;
  const text = `processes run different versions: ${[...told].join(', ')}`;
  yield { severity: 'warning', section: 'Where to look', text, advice: 'finish the roll-out, or roll it back' };
}

function* sessions(checkup: Checkup): Findings {
  const count = sessionsOf(checkup);
  const sweepAge = everywhere(checkup, 'clew_session_sweep_age_seconds');
  if (sweepAge.length > 0 && Math.min(...sweepAge) > 5) {
    const text = `nobody sweeps: the last sweep of any session service was ${Math.round(Math.min(...sweepAge))} s ago`;
    const advice = 'look at Redis, then restart session (it holds nothing)';
    yield { severity: 'critical', section: 'SweeperSilent', text, advice };
  }
  const lag = Math.max(0, ...everywhere(checkup, 'clew_session_expiry_lag_seconds'));
  if (lag > 45) {
    const text = `sessions end late: one is ${Math.round(lag)} s past its deadline`;
    yield {
      severity: 'warning',
      section: 'ExpiryLags',
      text,
      advice: 'sweeping is behind: look at Redis and at session',
    };
  }
  if (count === undefined && checkup.patients.some(({ now }) => now.service === 'session')) {
    const text = 'session cannot count its leases';
    yield { severity: 'critical', section: 'RedisDown', text, advice: 'start Redis again, with its data' };
  }
}

/** Of the attempts to come in, how many are refused by a fault of ours; as in rules/objectives.yml. */
function* joins({ patients }: Checkup): Findings {
  const kinds = ['unavailable', 'resource_exhausted', 'internal', 'unknown', 'deadline_exceeded', 'data_loss'];
  const counted = kinds.map((kind) => sumOf(patients.map((one) => grew(one, 'clew_edge_refused_total', { kind }))));
  const refused = sumOf(counted);
  const opened = sumOf(patients.map((one) => grew(one, 'clew_edge_streams_opened_total')));
  if (refused < 3 || refused / (refused + opened) <= 0.2) return;
  const most = kinds[counted.indexOf(Math.max(...counted))];
  const text = `players cannot come in: ${percent(refused / (refused + opened))} refused, most of them ${most}`;
  const advice = 'bring back what is away; where it is full, add edges';
  yield { severity: 'critical', section: 'SignInFailing', text, advice };
}

function* queue(checkup: Checkup): Findings {
  const waits = everywhere(checkup, 'clew_matchmaking_queue_longest_wait_seconds');
  if (Math.max(0, ...waits) > 15) {
    const text = `players wait for matches: one of them ${Math.round(Math.max(...waits))} s`;
    yield {
      severity: 'critical',
      section: 'QueueStarving',
      text,
      advice: 'start a simulation, or restart matchmaking',
    };
  }
  const simulations = everywhere(checkup, 'clew_matchmaking_simulations');
  if (simulations.length > 0 && Math.max(...simulations) === 0) {
    const text = 'no simulation is registered: nobody gets a match';
    yield { severity: 'critical', section: 'NoSimulations', text, advice: 'start one' };
  }
}

function* start({ now: { name, series, ready } }: Patient): Findings {
  if (series.sum('clew_process_start', { kind: 'unclean' }) === 1 && uptimeOf(series) < 3_600) {
    const text = `${name}: the process before this one crashed or was killed`;
    const advice = 'read the end of its log; a slope of memory before it is a leak';
    yield { severity: 'warning', section: 'UncleanRestart', text, advice };
  }
  if (ready || series.sum('clew_memory_shedding') === 1) return;
  const text = `${name}: takes no players (not ready)`;
  yield { severity: 'warning', section: 'ProcessUnreachable', text, advice: 'it starts or stops; its log says which' };
}

const uptimeOf = (series: Patient['now']['series']) => series.sum('process_uptime_seconds') ?? 0;

function* memory(patient: Patient, checkup: Checkup): Findings {
  const { name, series } = patient.now;
  const heap = (series.sum('clew_memory_heap_after_gc_bytes') ?? 0) / (series.sum('clew_memory_heap_limit_bytes') ?? 1);
  const resident = (series.sum('process_memory_usage_bytes') ?? 0) / (series.sum('clew_memory_limit_bytes') ?? 1);
  if (heap > 0.8 || resident > 0.9 || series.sum('clew_memory_shedding') === 1) {
    const text = `${name}: memory is near its limit (heap ${percent(heap)}, resident ${percent(resident)})`;
    const advice = `a leak: ${restart(name)}; success: add processes, then drain this one`;
    yield { severity: 'critical', section: 'MemoryNearLimit', text, advice };
  }
  if (checkup.seconds < growthSeconds || uptimeOf(patient.before.series) < startSeconds) return;
  const growth = heldBytes(patient.now) - heldBytes(patient.before);
  const explained = Math.max(0, newSessions(checkup)) * 128 * 1024;
  if (growth - explained <= 20 * mebibyte * Math.max(1, checkup.seconds / 60)) return;
  const grown = collectionsThatGrew(patient);
  const text = `${name}: memory grew by ${Math.round(growth / mebibyte)} MiB in ${checkup.seconds} s, and sessions did not`;
  const where =
    grown.length > 0
      ? `what grew along: ${grown.join(', ')}`
      : `no registered collection grew: npm run doctor -- --heap ${name} --seconds 20`;
  yield { severity: 'critical', section: 'MemoryGrows', text, advice: `${where}; then ${restart(name)}` };
}

const newSessions = ({ patients }: Checkup) =>
  Math.max(
    0,
    ...patients.map(
      ({ before, now }) =>
        (now.series.sum('clew_session_leases') ?? 0) - (before.series.sum('clew_session_leases') ?? 0),
    ),
  );

function collectionsThatGrew({ before, now }: Patient): string[] {
  return now.series.samples('clew_collection_size').flatMap(({ labels: { collection = '' }, value }) => {
    const growth = value - (before.series.sum('clew_collection_size', { collection }) ?? 0);
    return growth > 0 ? [`${collection} (+${growth})`] : [];
  });
}

/** At most one entry for each player who is here. */
const ofPlayers = /^(edge\.(players|channels|tickets)|simulation\.(seats|channels))$/;
/** They forget the oldest at their bound. */
const ofAddresses = /^edge\..*_addresses$/;

function* collections({ before, now }: Patient, checkup: Checkup): Findings {
  const { name, series } = now;
  const explained = (sessionsOf(checkup) ?? Number.POSITIVE_INFINITY) * 1.2 + 50;
  for (const { labels, value: size } of series.samples('clew_collection_size')) {
    const { collection = '' } = labels;
    const bound = series.sum('clew_collection_bound', { collection }) ?? Number.POSITIVE_INFINITY;
    // Twice: an entry that is on its way out is no orphan.
    const told = [before.series, series].map((one) => one.sum('clew_collection_orphans', { collection }) ?? 0);
    const orphans = Math.min(...told);
    const mend = `${restart(name)}; then find who enters and leaves: grep -rn --exclude='*.test.ts' "'${collection}'" services packages`;
    if (orphans > 0) {
      const text = `${name}: ${collection} holds ${orphans} entries that should be gone`;
      yield { severity: 'critical', section: 'CollectionOrphans', text, advice: mend };
    } else if (ofPlayers.test(collection) && size > explained) {
      const text = `${name}: ${collection} holds ${size} entries, more than sessions explain`;
      yield { severity: 'critical', section: 'CollectionUnexplained', text, advice: mend };
    }
    if (size > 0.9 * bound && !ofAddresses.test(collection)) {
      const text = `${name}: ${collection} is nearly full (${size} of ${bound})`;
      yield {
        severity: 'warning',
        section: 'CollectionNearBound',
        text,
        advice: 'add processes; look who is slow behind it',
      };
    }
  }
}

function* loop(patient: Patient): Findings {
  const { name, series } = patient.now;
  const late = shareAbove(patient, 'clew_simulation_tick_lateness_seconds', '0.05') ?? 0;
  if (late > 0.05) {
    const text = `${name}: ticks come late (${percent(late)} of them by a tick or more)`;
    yield { severity: 'warning', section: 'TicksLate', text, advice: 'start another simulation: new matches go there' };
  }
  const skipped = grew(patient, 'clew_simulation_ticks_skipped_total');
  if (skipped > 100) {
    const text = `${name}: ${skipped} ticks were skipped`;
    yield { severity: 'critical', section: 'TicksSkipped', text, advice: 'see what its machine does besides' };
  }
  const delay = series.sum('nodejs_eventloop_delay_p99_seconds') ?? 0;
  if (delay > 0.25) {
    const text = `${name}: its event loop is late (p99 ${Math.round(delay * 1_000)} ms)`;
    yield { severity: 'warning', section: 'TicksLate', text, advice: 'take a CPU profile: /debug/cpu-profile' };
  }
  const failed = series.sum('clew_simulation_matches_failed_total') ?? 0;
  if (failed > 0) {
    const text = `${name}: ${failed} matches ended by an error`;
    yield {
      severity: 'critical',
      section: 'MatchesFail',
      text,
      advice: 'its log has stack and seed; a new version: roll back',
    };
  }
}

function* frames(patient: Patient): Findings {
  const { before, now } = patient;
  const seated = ({ series }: Patient['now']) => series.sum('clew_edge_streams_seated') ?? 0;
  if (seated(before) === 0 || seated(now) === 0 || grew(patient, 'clew_edge_frames_total') > 0) return;
  const text = `${now.name}: ${seated(now)} players sit in matches and get no frames`;
  yield { severity: 'critical', section: 'NoFrames', text, advice: 'restart the simulation that hangs' };
}

function* redis(patient: Patient): Findings {
  const { name, series } = patient.now;
  if (series.sum('clew_redis_connected') === 0) {
    const text = `${name}: no connection to Redis`;
    yield { severity: 'critical', section: 'RedisDown', text, advice: 'start Redis again, with its data' };
  }
  const slow = shareAbove(patient, 'db_client_operation_duration_seconds', '0.25') ?? 0;
  if (slow > 0.05) {
    const text = `${name}: Redis is slow (${percent(slow)} of the commands took more than 250 ms)`;
    yield { severity: 'warning', section: 'RedisSlow', text, advice: 'redis-cli slowlog get; end what else uses it' };
  }
  const used = (series.sum('clew_redis_memory_used_bytes') ?? 0) / (series.sum('clew_redis_memory_limit_bytes') ?? 1);
  if (used > 0.8) {
    const text = `Redis uses ${percent(used)} of its memory`;
    yield { severity: 'critical', section: 'RedisFull', text, advice: 'raise maxmemory; never change the policy' };
  }
  const drawn = series.sum('clew_redis_keys_sampled_total') ?? 0;
  const withoutTtl = series.sum('clew_redis_keys_without_ttl_total') ?? 0;
  if (withoutTtl > 0.01 * drawn) {
    const text = `${withoutTtl} of ${drawn} keys drawn at random have no TTL`;
    const advice = "find whose they are; somebody else's belong into another Redis";
    yield { severity: 'warning', section: 'RedisKeysWithoutTtl', text, advice };
  }
}
