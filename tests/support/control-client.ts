import { type EndpointInput, type EndpointName, type EndpointOutput, endpoints } from '@modelward/contract';

export type ControlAnswer = {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
  /** The body as JSON, or undefined when it is none. */
  readonly json: unknown;
};

/** One request to the control API as any program would send it, and whatever comes back. */
export async function askControl<Name extends EndpointName>(
  { baseUrl, secret }: { baseUrl: string; secret?: string | undefined },
  name: Name,
  input: EndpointInput<Name>,
): Promise<ControlAnswer> {
  const { method, path } = endpoints[name];
  const rest: Record<string, unknown> = { ...input };
  const filled = path.replaceAll(/\{(\w+)\*?\}/g, (_, key: string) => {
    const value = String(rest[key]);
    delete rest[key];
    return value.split('/').map(encodeURIComponent).join('/');
  });
  const query = method === 'POST' ? '' : new URLSearchParams(rest as Record<string, string>).toString();
  const response = await fetch(`${baseUrl}${filled}${query === '' ? '' : `?${query}`}`, {
    method,
    headers: {
      ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }),
      ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
    },
    ...(method === 'POST' ? { body: JSON.stringify(rest) } : {}),
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, bytes, json: readJson(bytes) };
}

function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** The same for whoever expects a yes. Throws with status and body when it is refused. */
export function createControlClient(baseUrl: string, secret?: string) {
  return async function call<Name extends EndpointName>(
    name: Name,
    input: EndpointInput<Name>,
  ): Promise<EndpointOutput<Name>> {
    const { status, bytes, json } = await askControl({ baseUrl, secret }, name, input);
    if (status !== 200) throw new ControlRefusal(status, new TextDecoder().decode(bytes));
    return ((endpoints[name].output as unknown) === 'octets' ? bytes : json) as EndpointOutput<Name>;
  };
}

class ControlRefusal extends Error {
  readonly status: number;
  constructor(status: number, body: string) {
    super(`${status} ${body}`);
    this.status = status;
  }
}
