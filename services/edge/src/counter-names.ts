import { refusalCounters } from './refusals.ts';

/** All that an edge counts. */
export const counterNames = [
  'edge.streams_opened',
  'edge.streams_closed',
  'edge.streams_stalled',
  'edge.streams_silent',
  'edge.streams_refused',
  'edge.streams_draining',
  'edge.streams_replaced',
  'edge.streams_ended',
  'edge.streams_kicked',
  'edge.frames',
  'edge.frames_late',
  'edge.keyframes_asked',
  'edge.inputs',
  'edge.matches_lost',
  'edge.session_events',
  'edge.sessions_reinstated',
  'edge.renewals_failed',
  'edge.errands_given_up',
  'edge.web_garbage',
  ...refusalCounters,
] as const;
