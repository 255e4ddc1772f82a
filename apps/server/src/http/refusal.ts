import { type ApiError, type ApiRemedy, type ErrorCode, errorStatus } from '@modelward/contract';

/** What the outside learns of a refusal, and the reasons that only the record does. */
export type ControlRefusal = {
  readonly code: ErrorCode;
  readonly message: string;
  readonly next: string;
  /** For the record; the code when absent. */
  readonly reasons?: readonly string[];
  readonly remedies?: readonly ApiRemedy[];
  readonly retryAfterSeconds?: number;
  /** More parameters of the `Bearer` challenge. */
  readonly challenge?: string;
};

/** Why nobody is identified. The full reason goes to the record; the words say as much as its holder may know. */
export type NotIdentified = 'missing' | 'unknown' | 'expired' | 'revoked' | 'suspended' | 'ended';

export function statusOf({ code }: ControlRefusal): number {
  return errorStatus[code];
}

export function errorBody({ code, message, next, remedies }: ControlRefusal, requestId: string): ApiError {
  const helpful = remedies === undefined || remedies.length === 0 ? {} : { remedies: [...remedies] };
  return { code, message, next, requestId, ...helpful };
}

export function malformed(
  message: string,
  next = 'correct the request; /api/v1/openapi.json describes it',
): ControlRefusal {
  return { code: 'malformed', message, next };
}

export function notFound(kind: string, name: string): ControlRefusal {
  return {
    code: 'not-found',
    message: `there is no ${kind} \`${name}\` that you may see`,
    next: 'check the spelling, or ask an administrator whether it exists and who may reach it',
  };
}

export function conflict(message: string, next: string): ControlRefusal {
  return { code: 'conflict', message, next };
}

export function unauthenticated(why: NotIdentified): ControlRefusal {
  return { code: 'unauthenticated', ...unauthenticatedWords(why), reasons: [`credential-${why}`] };
}

function unauthenticatedWords(why: NotIdentified): Pick<ControlRefusal, 'message' | 'next'> {
  const signIn = 'sign in with `npx modelward sign-in`, or send a token as `Authorization: Bearer ...`';
  switch (why) {
    case 'missing':
      return { message: 'nobody is signed in', next: signIn };
    case 'expired':
      return { message: 'the credential has expired', next: signIn };
    case 'revoked':
    case 'ended':
      return { message: 'the credential is no longer good: it was revoked or signed out', next: signIn };
    // A guess and a suspended account look the same, so that nobody learns which accounts there are.
    case 'unknown':
    case 'suspended':
      return { message: 'the credential is not one of ours, or its account is suspended', next: signIn };
  }
}

export const recordUnavailable: ControlRefusal = {
  code: 'record-unavailable',
  message: 'the record cannot be written, and nothing is done that is not recorded first',
  next: 'try again in a moment; an administrator sees the cause (a full disk, most often) in the output of the server',
  retryAfterSeconds: 5,
};

export const fault: ControlRefusal = {
  code: 'fault',
  message: 'something went wrong inside the server',
  next: 'try again; if it stays, give the request id to an administrator, who finds it in the output of the server',
};

export const notSetUp: ControlRefusal = {
  code: 'not-set-up',
  message: 'this server has no administrator yet, so every door is closed',
  next: 'open the one-time link that the server printed when it started (or wrote to first-administrator.txt in its data folder)',
};

export const unknownRoute: ControlRefusal = {
  code: 'not-found',
  message: 'there is nothing at this address',
  next: '/api/v1/openapi.json lists what there is',
  reasons: ['unknown-route'],
};
