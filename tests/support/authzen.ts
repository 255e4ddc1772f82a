import type { Administrator } from './house.ts';

export type AuthzenAnswer = { readonly status: number; readonly headers: Headers; readonly json: unknown };

export type AuthzenServer = { readonly url: string; readonly secret?: string | undefined };

/** One question to a decision point as any program would send it: an object as JSON, a text as it stands. */
export async function askAuthzen(
  { url, secret }: AuthzenServer,
  path: string,
  { body, headers = {} }: { body: unknown; headers?: Readonly<Record<string, string>> },
): Promise<AuthzenAnswer> {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: {
      ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }),
      'content-type': 'application/json',
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, json: readJson(text) };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type CallerOptions = {
  readonly name: string;
  readonly roles: readonly (readonly [string, string])[];
  readonly scopes?: string[];
};

/** A service that asks the decision point, with the token that it shows. */
export async function addDecisionCaller(
  { call }: Administrator,
  { name, roles, scopes = ['pdp.*'] }: CallerOptions,
): Promise<string> {
  await call('services.add', { name });
  for (const [role, scope] of roles) await call('role-links.assign', { role, principal: `service:${name}`, scope });
  return (await call('tokens.create', { label: 'decisions', scopes, service: name })).secret;
}
