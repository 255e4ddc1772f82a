import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { connect, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import type { AuditEvent } from '@modelward/contract';
import { mlflow } from '@modelward/interfaces';
import type { Decision, GatewayDeps, Question } from '../exchange.ts';
import { createGateway } from '../gateway.ts';
import { createSeal } from '../seal.ts';
import { createHttpUpstream } from '../upstream-http.ts';
import { createFacts } from './facts.ts';

/** A gateway behind a real listener, in front of whatever listens on a port, with facts and a log in memory. */
export type Door = Awaited<ReturnType<typeof openDoor>>;

export const token = `mw_pat_${'t'.repeat(43)}`;
const closers: (() => Promise<void> | void)[] = [];

/** To be called after each test: ends everything that was opened in it. */
export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}

type Options = {
  readonly upstreamPort?: number;
  readonly timeoutMs?: number;
  readonly deps?: Partial<GatewayDeps>;
};

const nobodyListens = 1;

export async function openDoor({ upstreamPort = nobodyListens, timeoutMs = 5000, deps: own = {} }: Options = {}) {
  const log: AuditEvent[] = [];
  const strangers: { readonly reason: string }[] = [];
  const faults: unknown[] = [];
  const hosts = new Set<string>();
  const { facts, resources, projectForName, counts } = createFacts();
  const location = { kind: 'url', url: `http://127.0.0.1:${upstreamPort}` } as const;
  const http = createHttpUpstream({ location, headersTimeoutMs: timeoutMs, bodyTimeoutMs: timeoutMs });
  const append = async (event: AuditEvent) => ({ origin: 'modelward/test', index: log.push(event) - 1 });
  let ids = 0;
  const deps: GatewayDeps = {
    interface: mlflow,
    nowMs: () => 5000,
    newId: (prefix) => {
      ids += 1;
      return `${prefix}_${String(ids).padStart(22, '0')}`;
    },
    isSetUp: async () => true,
    hosts,
    origins: new Set(['http://127.0.0.1:5000']),
    addressOf: () => '192.0.2.1',
    identifyToken: async (secret) => (secret === token ? { ok: true, value: ada } : { ok: false, reason: 'unknown' }),
    decide: async (question) => decideByProject(question),
    allows: async (question) => decideByProject(question).allowed,
    projectForName,
    resources,
    append,
    appendRefusal: append,
    isRecordUnavailable: () => undefined,
    noteRefusal: (refusal) => strangers.push(refusal),
    pseudonyms: { source: () => 'src_one', reference: (_, name) => `ref_${name.length}` },
    upstream: http.upstream,
    ...createSeal(Buffer.alloc(32, 7)),
    report: (fault) => faults.push(fault),
    ...own,
  };
  const counted: GatewayDeps = {
    ...deps,
    decide: (question) => counts.add('decide', deps.decide(question)),
    allows: (question) => counts.add('decide', deps.allows(question)),
    upstream: { send: (request, caller) => counts.add('upstream', deps.upstream.send(request, caller)) },
  };
  const gateway = createGateway(counted);
  const connections: Socket[] = [];
  const server = createServer(gateway.handle);
  server.on('connection', (socket) => connections.push(socket));
  const port = await listen(server);
  hosts.add(`127.0.0.1:${port}`);
  closers.push(http.close);
  return { port, log, strangers, faults, facts, counts, connections, drained: gateway.drained };
}

const ada = {
  principal: { kind: 'person', id: 'acc_ada', name: 'ada' },
  credentialId: 'tok_one',
  scopes: ['*.*'],
} as const;

/** Ada may do everything in `prj_open`, only see what is in `prj_shown`, and know nothing of the rest. */
function decideByProject({ asked }: Question): Decision {
  const [first] = asked;
  const resource = first?.resource;
  const project = resource === undefined || resource.type === 'Organization' ? '' : projectOf(resource);
  const allowed = project === 'prj_open';
  return {
    allowed,
    discoverable: allowed || project === 'prj_shown',
    reasons: [allowed ? 'data-scientist:lnk_one' : 'no-permit'],
    bundle: 'sha256:0',
    remedies:
      project === 'prj_shown' ? [{ kind: 'role', role: 'viewer', scope: { type: 'Project', name: 'shown' } }] : [],
  };
}

function projectOf(
  resource: Exclude<Question['asked'][number]['resource'], { type: 'Organization' } | undefined>,
): string {
  return resource.type === 'Project' ? resource.id : resource.projectId;
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.close();
    if ('closeAllConnections' in server) (server as { closeAllConnections: () => void }).closeAllConnections();
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

/** An upstream that speaks HTTP. */
export function listenHttp(handle: RequestListener): Promise<number> {
  return listen(createServer(handle));
}

/** An upstream that does with a connection whatever it likes, once a request has begun to arrive. */
export function listenTcp(handle: (socket: Socket, head: string) => void): Promise<number> {
  return listen(
    createTcpServer((socket) => {
      socket.on('error', () => undefined);
      closers.push(() => void socket.destroy());
      socket.once('data', (head) => handle(socket, head.toString()));
    }),
  );
}

/** Answers each request with the same JSON, having read all of it. */
export function answering(body: unknown, status = 200): RequestListener {
  return async (request, response) => {
    await readAll(request);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
}

export async function readAll(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** All bytes as they came. */
  readonly raw: string;
};

type Sent = {
  readonly headers?: readonly string[];
  readonly body?: string | Buffer;
  /** Leave out the token, the host and the length that are else sent. */
  readonly bare?: boolean;
};

/** Sends one request exactly as it is written, on a connection of its own, and reads all of the answer. */
export async function send(door: Pick<Door, 'port'>, line: string, sent: Sent = {}): Promise<Answer> {
  const socket = connect(door.port, '127.0.0.1');
  socket.write(headOf(door.port, line, sent));
  if (sent.body !== undefined) socket.write(sent.body);
  const parts: Buffer[] = [];
  let answer = parse('');
  // A connection that breaks off is the end of the answer as well.
  socket.on('error', () => undefined);
  for await (const part of socket) {
    parts.push(part as Buffer);
    answer = parse(Buffer.concat(parts).toString('latin1'));
    if (answer.headers['content-length'] === String(answer.body.length)) break;
  }
  return answer;
}

export function headOf(port: number, line: string, { headers = [], body, bare = false }: Sent): string {
  const usual = [
    `host: 127.0.0.1:${port}`,
    `authorization: Bearer ${token}`,
    ...(body === undefined ? [] : [`content-length: ${Buffer.byteLength(body)}`]),
  ];
  return [`${line} HTTP/1.1`, 'connection: close', ...(bare ? [] : usual), ...headers, '', ''].join('\r\n');
}

function parse(raw: string): Answer {
  const [head = '', ...rest] = raw.split('\r\n\r\n');
  const [line = '', ...lines] = head.split('\r\n');
  const headers = Object.fromEntries(
    lines.map((text) => {
      const at = text.indexOf(':');
      return [text.slice(0, at).toLowerCase(), text.slice(at + 1).trim()];
    }),
  );
  return { status: Number(line.split(' ')[1]), headers, body: rest.join('\r\n\r\n'), raw };
}

/** The outcomes in the log, without their times. */
export function outcomesOf({ log }: Pick<Door, 'log'>) {
  return log.flatMap((event) =>
    event.type === 'outcome' ? [{ of: event.of, status: event.status, end: event.end }] : [],
  );
}

export function decisionsOf({ log }: Pick<Door, 'log'>) {
  return log.flatMap((event) =>
    event.type === 'decision' ? [{ decision: event.decision, reasons: event.reasons, asked: event.asked }] : [],
  );
}
