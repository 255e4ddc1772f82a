import {
  apiError,
  type Endpoint,
  type EndpointInput,
  type EndpointName,
  type EndpointOutput,
  endpoints,
} from '@modelward/contract';
import { Problem, Refused } from './problem.ts';

const timeoutMs = 30_000;

export type Client = {
  readonly server: string;
  readonly call: <Name extends EndpointName>(name: Name, input: EndpointInput<Name>) => Promise<EndpointOutput<Name>>;
};

/** The control API of one server, by the contract's own table. Throws a `Problem` for whatever is not an answer. */
export function createClient({ server, secret }: { server: string; secret?: string | undefined }): Client {
  const call = async <Name extends EndpointName>(
    name: Name,
    input: EndpointInput<Name>,
  ): Promise<EndpointOutput<Name>> => {
    const response = await send(server, name, { input, secret });
    const bytes = await readBytes(server, response);
    if (!response.ok) throw refusalOf(response.status, bytes);
    const { output }: Endpoint = endpoints[name];
    if (output === 'octets') return bytes as EndpointOutput<Name>;
    const parsed = output.safeParse(readJson(bytes));
    if (!parsed.success) throw notModelward(server, 'an answer of another shape than this version expects');
    return parsed.data as EndpointOutput<Name>;
  };
  return { server, call };
}

type Sending = { readonly input: Readonly<Record<string, unknown>>; readonly secret: string | undefined };

async function send(server: string, name: EndpointName, { input, secret }: Sending): Promise<Response> {
  const { method, path }: Endpoint = endpoints[name];
  const rest: Record<string, unknown> = { ...input };
  const filled = path.replaceAll(/\{(\w+)(\*?)\}/g, (_, key: string, all: string) => {
    const value = String(rest[key]);
    delete rest[key];
    return (all === '' ? [value] : value.split('/')).map(encodeURIComponent).join('/');
  });
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  const query = new URLSearchParams(Object.fromEntries(given.map(([key, value]) => [key, String(value)])));
  const isPost = method === 'POST';
  const headers = {
    ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }),
    ...(isPost ? { 'content-type': 'application/json' } : {}),
  };
  const body = isPost ? { body: JSON.stringify(rest) } : {};
  const target = `${server}${filled}${isPost || query.size === 0 ? '' : `?${query}`}`;
  try {
    // A redirect would take the credential elsewhere.
    return await fetch(target, { method, headers, ...body, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
  } catch (fault) {
    throw unreachable(server, fault);
  }
}

async function readBytes(server: string, response: Response): Promise<Uint8Array> {
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (fault) {
    throw unreachable(server, fault);
  }
}

function unreachable(server: string, fault: unknown): Problem {
  if (fault instanceof Error && fault.name === 'TimeoutError') {
    return new Problem(
      `${server} did not answer within ${timeoutMs / 1000} s`,
      'try again; see the output of the server',
    );
  }
  const { code } = ((fault as Error).cause ?? {}) as NodeJS.ErrnoException;
  const why = code === undefined ? '' : ` (${code})`;
  return new Problem(
    `${server} does not answer${why}`,
    'start it with `npm start`, or name another with --server or MODELWARD_SERVER',
  );
}

function refusalOf(status: number, bytes: Uint8Array): Problem {
  const error = apiError.safeParse(readJson(bytes));
  if (error.success) return new Refused(error.data);
  return new Problem(
    `the answer was ${status}, in no form that Modelward uses`,
    'check that the address is of the control API (http://localhost:8080 unless configured otherwise)',
  );
}

function notModelward(server: string, what: string): Problem {
  return new Problem(`${server} gave ${what}`, 'use the command line of the same version as the server');
}

function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
