import { type EndpointInput, type EndpointName, type EndpointOutput, endpoints } from '@modelward/contract';

/** The control API as another program would call it. Throws with status and body when it is refused. */
export function createControlClient(baseUrl: string, secret?: string) {
  return async function call<Name extends EndpointName>(
    name: Name,
    input: EndpointInput<Name>,
  ): Promise<EndpointOutput<Name>> {
    const { method, path, output } = endpoints[name];
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
    if (!response.ok) throw new ControlRefusal(response.status, await response.text());
    const answer =
      (output as unknown) === 'octets' ? new Uint8Array(await response.arrayBuffer()) : await response.json();
    return answer as EndpointOutput<Name>;
  };
}

export class ControlRefusal extends Error {
  readonly status: number;
  constructor(status: number, body: string) {
    super(`${status} ${body}`);
    this.status = status;
  }
}
