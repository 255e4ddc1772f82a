const statusOf = {
  INVALID_PARAMETER_VALUE: 400,
  RESOURCE_ALREADY_EXISTS: 400,
  BAD_REQUEST: 400,
  PERMISSION_DENIED: 403,
  RESOURCE_DOES_NOT_EXIST: 404,
  ENDPOINT_NOT_FOUND: 404,
  RESOURCE_EXHAUSTED: 507,
} as const;

export type RefusalCode = keyof typeof statusOf;

/**
 * What the client is told instead of an answer, in MLflow's codes and words. Thrown, unlike refusals elsewhere, so that
 * the transaction in which it shows is rolled back; `registry.ts` alone catches it.
 */
export class Refusal extends Error {
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.code = code;
  }

  get status(): number {
    return statusOf[this.code];
  }
}

export const invalid = (message: string) => new Refusal('INVALID_PARAMETER_VALUE', message);
export const missing = (message: string) => new Refusal('RESOURCE_DOES_NOT_EXIST', message);
export const taken = (message: string) => new Refusal('RESOURCE_ALREADY_EXISTS', message);
