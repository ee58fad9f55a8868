/** A server under load: processes of one side, on the servers' core. */
export interface Server extends AsyncDisposable {
  /** Where the load goes. */
  readonly address: string;
  /** Its processes, by what they are. */
  readonly pids: Readonly<Record<string, number>>;
}
