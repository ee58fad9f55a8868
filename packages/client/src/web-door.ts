import type {
  CancelMatchRequest,
  CancelMatchResponse,
  FindMatchRequest,
  FindMatchResponse,
  LeaveRequest,
  LeaveResponse,
  PlayResponse,
  ResumeRequest,
  ResumeResponse,
  SignInRequest,
  SignInResponse,
  SteerRequest,
  SteerResponse,
} from '@clew/protocol/clew/play/v1/play.ts';

/** The unary calls of PlayService. */
export interface UnaryCalls {
  signIn: { readonly request: SignInRequest; readonly answer: SignInResponse };
  resume: { readonly request: ResumeRequest; readonly answer: ResumeResponse };
  leave: { readonly request: LeaveRequest; readonly answer: LeaveResponse };
  findMatch: { readonly request: FindMatchRequest; readonly answer: FindMatchResponse };
  cancelMatch: { readonly request: CancelMatchRequest; readonly answer: CancelMatchResponse };
  steer: { readonly request: SteerRequest; readonly answer: SteerResponse };
}

/** One edge's web door: gRPC-web, whatever carries the requests. Failures are ClewErrors; an abort fails with its reason. */
export interface WebDoor {
  readonly address: string;
  call<Name extends keyof UnaryCalls>(
    name: Name,
    request: UnaryCalls[Name]['request'],
    token: string | undefined,
    signal: AbortSignal,
  ): Promise<UnaryCalls[Name]['answer']>;
  /** The Watch; `take` gets each message and how many bytes it was. Resolves when the edge ended it without an error. */
  watch(token: string, signal: AbortSignal, take: (message: PlayResponse, bytes: number) => void): Promise<void>;
  /** Closes what it holds open by itself. */
  close(): void;
}
