import type { Refusal, RefusalAnswer, Subject } from '../adapter.ts';

type Told = {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly headers?: Record<string, string>;
};

/** A refusal in MLflow's own shape, so that its client raises it with the message: never a redirect, never HTML. */
export function refuse(refusal: Refusal): RefusalAnswer {
  const { status, code, message, headers } = tell(refusal);
  return {
    status,
    headers: {
      'content-type': 'application/json',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      ...headers,
    },
    body: JSON.stringify({ error_code: code, message }),
  };
}

const unauthenticatedWords = {
  missing:
    'no access token came with the request; set MLFLOW_TRACKING_TOKEN to a token made with `modelward token create`',
  unknown: 'the access token is not known here; make one with `modelward token create`',
  expired: 'the access token has expired; make a new one with `modelward token create`',
  revoked: 'the access token was revoked; make a new one with `modelward token create`',
  suspended: 'the account of this access token is suspended; ask an administrator',
} as const;

function tell(refusal: Refusal): Told {
  switch (refusal.reason) {
    case 'unauthenticated':
      // Bearer only: after a Basic challenge a browser would ask for, keep and resend the token.
      return {
        status: 401,
        code: 'UNAUTHENTICATED',
        message: unauthenticatedWords[refusal.why],
        headers: {
          'www-authenticate': `Bearer realm="modelward"${refusal.why === 'missing' ? '' : ', error="invalid_token"'}`,
        },
      };
    case 'denied':
      return {
        status: 403,
        code: 'PERMISSION_DENIED',
        message: `\`${refusal.action}\` is not allowed: ${refusal.next}`,
      };
    case 'not-found':
      return { status: 404, code: 'RESOURCE_DOES_NOT_EXIST', message: notFoundWords(refusal.on) };
    case 'exists':
      return { status: 400, code: 'RESOURCE_ALREADY_EXISTS', message: existsWords(refusal.on) };
    case 'malformed':
    case 'unresolvable':
      return { status: 400, code: 'INVALID_PARAMETER_VALUE', message: refusal.detail };
    case 'body-too-large':
      return {
        status: 413,
        code: 'INVALID_PARAMETER_VALUE',
        message: `the body is larger than ${refusal.limitBytes} bytes; send it in parts`,
      };
    default:
      return tellPlain(refusal.reason);
  }
}

type PlainReason = Exclude<
  Refusal,
  { detail: string } | { on: Subject } | { why: string } | { next: string } | { limitBytes: number }
>['reason'];

function tellPlain(reason: PlainReason): Told {
  switch (reason) {
    case 'unknown-route':
      return {
        status: 404,
        code: 'ENDPOINT_NOT_FOUND',
        message: 'this request is not among those that Modelward protects, so it was not passed on',
      };
    case 'two-credentials':
      return {
        status: 400,
        code: 'BAD_REQUEST',
        message: 'the request carries more than one credential; send exactly one',
      };
    case 'credential-in-query':
      return {
        status: 400,
        code: 'BAD_REQUEST',
        message:
          'a token never belongs in a URL; send it as `Authorization: Bearer` and revoke this one, for URLs are logged',
      };
    case 'unknown-host':
      return {
        status: 421,
        code: 'BAD_REQUEST',
        message: 'this host name is not served here; use the tracking URI that the server printed',
      };
    case 'foreign-origin':
      return { status: 403, code: 'PERMISSION_DENIED', message: 'a page of another origin may not use this interface' };
    case 'not-set-up':
      return {
        status: 503,
        code: 'TEMPORARILY_UNAVAILABLE',
        message: 'the first administrator has not been made yet; follow what the server printed when it started',
      };
    case 'record-unavailable':
      return {
        status: 503,
        code: 'TEMPORARILY_UNAVAILABLE',
        message: 'the decision could not be recorded, so nothing was done; try again, and tell an administrator',
      };
    case 'upstream-down':
      return {
        status: 502,
        code: 'TEMPORARILY_UNAVAILABLE',
        message: 'the registry behind Modelward does not answer; try again later',
      };
    case 'upstream-slow':
      return {
        status: 504,
        code: 'TEMPORARILY_UNAVAILABLE',
        message: 'the registry behind Modelward took too long; look whether the change was made before you repeat it',
      };
    case 'upstream-odd':
      return {
        status: 502,
        code: 'TEMPORARILY_UNAVAILABLE',
        message:
          'the registry behind Modelward answered in a way that is not passed on; look whether the change was made, and tell an administrator',
      };
    case 'busy':
      return {
        status: 503,
        code: 'TEMPORARILY_UNAVAILABLE',
        message: 'too many requests at once; try again in a moment',
        headers: { 'retry-after': '1' },
      };
    case 'fault':
      return {
        status: 500,
        code: 'INTERNAL_ERROR',
        message: 'something went wrong inside Modelward; tell an administrator the request id',
      };
  }
}

/** Word for word what MLflow says of what is not there: hidden and missing must not differ. */
function notFoundWords(subject: Subject): string {
  switch (subject.type) {
    case 'Experiment':
      return `No Experiment with id=${subject.key} exists`;
    case 'Run':
      return `Run with id=${subject.key} not found`;
    case 'LoggedModel':
      return `Logged model with ID '${subject.key}' not found.`;
    case 'Model':
      return `Registered Model with name=${subject.key} not found`;
    case 'ModelVersion': {
      const [name, version] = subject.key.split('/');
      return `Model Version (name=${name}, version=${version}) not found`;
    }
    case 'NamedExperiment':
      return `Could not find experiment with name '${subject.name}'`;
    case 'NewIn':
      return `\`${subject.name}\` belongs to no project that you can use; begin the name with the key of your project and a dash, as in \`myproject-${subject.of.toLowerCase()}\``;
  }
}

function existsWords(subject: Subject): string {
  const name = 'name' in subject ? subject.name : subject.key;
  return `\`${name}\` already exists`;
}
