import type { OutageFigure } from './figures.ts';
import type { SceneRecord } from './scene.ts';
import type { ClewFigures } from './scenes/clew.ts';
import type { HealthyFigures } from './scenes/healthy.ts';
import type { OldServerFigures } from './scenes/old-server.ts';

/** What was played, and what came of it; a part that was not played is missing. */
export interface Results {
  readonly old?: OldServerFigures;
  readonly clew?: ClewFigures;
  /** Seconds until the alert that names process and collection; null: none came in time. */
  readonly leakSeconds?: number | null;
  /** Seconds until the alert that names the process. */
  readonly hiddenLeakSeconds?: number | null;
  readonly healthy?: HealthyFigures;
  readonly records: readonly SceneRecord[];
}

const tenth = (value: number | null | undefined) => (value == null ? null : Math.round(value * 10) / 10);

export function figuresOf({ old, clew, leakSeconds, hiddenLeakSeconds, healthy }: Results): OutageFigure[] {
  const figures: OutageFigure[] = [];
  const add = (name: string, value: OutageFigure['value'], unit: string, bar: OutageFigure['bar']) =>
    figures.push({ figure: `outage.${name}`, value, unit, bar });
  if (leakSeconds !== undefined) add('leak_alert_s', tenth(leakSeconds), 's', 60);
  if (hiddenLeakSeconds !== undefined) add('hidden_leak_alert_s', tenth(hiddenLeakSeconds), 's', 120);
  if (clew) {
    add('restart_alert_s', tenth(clew.restartAlertSeconds), 's', 60);
    add('surge_alert_s', tenth(clew.surgeAlertSeconds), 's', 60);
  }
  if (old) add('old_server_crashed', old.crashed, 'bool', true);
  if (clew) {
    add('clew_crashed', clew.crashed, 'bool', false);
    add('clew_players_lost', clew.playersLost, 'players', 0);
    add('clew_heap_growth_mb', tenth(clew.heapGrowthMb), 'MB', 5);
  }
  if (healthy) add('false_alerts', healthy.falseAlerts, `alerts in ${healthy.minutes} min`, 0);
  return figures;
}

export interface TimelineRow {
  readonly what: string;
  readonly real: string;
  readonly old: string;
  readonly clew: string;
}

/** The outage's timeline, and beside it how long the same takes now; minutes then, seconds here. */
export function timelineOf({ old, clew, leakSeconds, hiddenLeakSeconds }: Results): TimelineRow[] {
  const seconds = (value: number | null | undefined, how = '') =>
    value === undefined ? '' : value === null ? 'not in time' : `${value.toFixed(0)} s${how}`;
  const before =
    old?.crashSeconds !== undefined && old.alertSeconds !== undefined
      ? `, ${(old.crashSeconds - old.alertSeconds).toFixed(0)} s before the crash`
      : '';
  return [
    {
      what: 'a surge of lost connections is noticed',
      real: '0 min, by players, in the forum',
      old: '',
      clew: seconds(clew?.surgeAlertSeconds ?? (clew && null), ', by an alert'),
    },
    {
      what: 'somebody looks at memory',
      real: '70 min, after two wrong guesses',
      old: seconds(old && (old.alertSeconds ?? null), before),
      clew: seconds(hiddenLeakSeconds, ', process named'),
    },
    {
      what: 'the leaking structure is known',
      real: '110 min, by developers',
      old: '',
      clew: seconds(leakSeconds, ', process and collection named'),
    },
    {
      what: 'the server runs out of memory',
      real: 'again and again',
      old: old ? seconds(old.crashSeconds ?? null) : '',
      clew: clew ? (clew.crashed ? 'yes' : 'never') : '',
    },
    {
      what: 'a restart nobody asked for is noticed',
      real: 'not told',
      old: '',
      clew: seconds(clew?.restartAlertSeconds ?? (clew && null), ', process named'),
    },
    {
      what: 'players who wanted to stay and were lost',
      real: '80 % of all, for 150 min',
      old: old ? 'all' : '',
      clew: clew ? String(clew.playersLost) : '',
    },
  ];
}
