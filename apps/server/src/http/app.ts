import { createServer, type RequestListener, type Server, STATUS_CODES } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { EndpointName } from '@modelward/contract';
import fastify, {
  type FastifyContextConfig,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { admit, twoCredentials } from './admit.ts';
import { bindAuthzen } from './authzen/bind-authzen.ts';
import { bindEndpoints } from './bind-endpoints.ts';
import { bindPages } from './bind-pages.ts';
import { bindProbes } from './bind-probes.ts';
import { bindPublicRecord } from './bind-record.ts';
import type { ControlDeps, Exchange } from './deps.ts';
import { answerFault } from './fault.ts';
import { identify } from './identify.ts';
import { createInFlight } from './in-flight.ts';
import { limits } from './limits.ts';
import { type ControlRefusal, errorBody, malformed, notSetUp, statusOf, unknownRoute } from './refusal.ts';
import { noteStranger, refuse, writeInertHeaders } from './respond.ts';

declare module 'fastify' {
  interface FastifyRequest {
    exchange: Exchange;
  }
  interface FastifyContextConfig {
    endpoint?: EndpointName;
    /** Answers before there is an administrator. */
    beforeSetUp?: boolean;
    /** `nobody`: it is asked without a credential; `caller`: with exactly one; absent: none is looked at. */
    credential?: 'nobody' | 'caller';
    isPage?: boolean;
  }
}

export type ControlApp = {
  readonly app: FastifyInstance;
  readonly server: Server;
  /** Resolves once the outcome of every answered request is in the record. */
  readonly drained: () => Promise<void>;
};

/** The control API and its pages, not listening yet. */
export async function createControlApp(deps: ControlDeps): Promise<ControlApp> {
  const inFlight = createInFlight();
  const app = fastify({
    logger: false,
    bodyLimit: limits.bodyBytes,
    exposeHeadRoutes: false,
    genReqId: () => deps.newId('req'),
    requestIdHeader: false,
    routerOptions: { maxParamLength: limits.targetCharacters },
    serverFactory: (handler) => createListener(handler as RequestListener, deps),
    clientErrorHandler: (fault, socket) => answerUnreadable(fault, socket as Socket, deps),
    frameworkErrors: (_, request, reply) =>
      refuseUnreadableTarget(request as FastifyRequest, reply as FastifyReply, deps),
  });
  app.decorateRequest('exchange', null as unknown as Exchange);
  app.removeAllContentTypeParsers();
  // The bytes as they came: the endpoint reads them, once it is known who sent them.
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_: FastifyRequest, body: Buffer) => body);
  app.addHook('onRequest', (request, reply) => enter(request, reply, deps));
  app.setNotFoundHandler((request, reply) => refuseStranger(request, reply, { refusal: unknownRoute, deps }));
  app.setErrorHandler((fault: FastifyError, request, reply) => answerFault(fault, { request, reply }, deps));
  bindProbes(app, deps);
  bindPages(app, deps);
  bindPublicRecord(app, deps);
  bindAuthzen(app, deps);
  bindEndpoints(app, deps, inFlight);
  await app.ready();
  return { app, server: app.server, drained: inFlight.drained };
}

function createListener(handler: RequestListener, { tls }: ControlDeps): Server {
  const options = {
    maxHeaderSize: limits.headerBytes,
    // Refused by the list of hosts, in this API's own shape.
    requireHostHeader: false,
    requestTimeout: limits.requestMs,
    headersTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
  };
  return tls === undefined ? createServer(options, handler) : createTlsServer({ ...options, ...tls }, handler);
}

/** From the door to the handler: right host, right origin, one credential, somebody that it belongs to. */
async function enter(request: FastifyRequest, reply: FastifyReply, deps: ControlDeps): Promise<unknown> {
  writeInertHeaders(reply, deps);
  request.exchange = openExchange({ request, reply }, deps);
  const config: FastifyContextConfig = request.routeOptions.config ?? {};
  if (config.isPage === true && usesOtherSpelling(request.headers.host, deps)) {
    return reply.redirect(`${deps.publicUrl}${request.url}`, 307);
  }
  const refusal =
    admit(request.raw, deps) ??
    (config.beforeSetUp === true || (await deps.isSetUp()) ? undefined : notSetUp) ??
    (config.credential === 'nobody' && request.headers.authorization !== undefined ? twoCredentials : undefined);
  if (refusal !== undefined) return refuseStranger(request, reply, { refusal, deps });
  if (config.credential !== 'caller') return undefined;
  const caller = await identify(request.headers.authorization, deps);
  if (!caller.ok) return refuseStranger(request, reply, { refusal: caller.reason, deps });
  request.exchange.caller = caller.value;
  return undefined;
}

/** The address that a person typed for the one that is meant. The fragment, and the secret in it, goes along in the browser. */
function usesOtherSpelling(host: string | undefined, { hosts, otherSpellings }: ControlDeps): boolean {
  const asked = (host ?? '').toLowerCase();
  return !hosts.has(asked) && otherSpellings.has(asked);
}

type Arrived = { readonly request: FastifyRequest; readonly reply: FastifyReply };

function openExchange({ request, reply }: Arrived, deps: ControlDeps): Exchange {
  const closed = new Promise<boolean>((resolve) => {
    reply.raw.once('close', () => resolve(reply.raw.writableFinished));
  });
  const address = deps.addressOf(request.raw);
  return {
    requestId: request.id,
    address,
    source: deps.pseudonyms.source(address),
    startedMs: deps.nowMs(),
    bytesIn: 0,
    bytesOut: 0,
    wasAllowed: false,
    closed,
  };
}

type Refusing = { readonly refusal: ControlRefusal; readonly deps: ControlDeps };

function refuseStranger(request: FastifyRequest, reply: FastifyReply, { refusal, deps }: Refusing): FastifyReply {
  noteStranger(request.exchange, deps, refusal);
  return refuse(reply, request.exchange, refusal);
}

/** A path that cannot be decoded: it has no route, so the hooks have not run. */
async function refuseUnreadableTarget(request: FastifyRequest, reply: FastifyReply, deps: ControlDeps): Promise<void> {
  writeInertHeaders(reply, deps);
  request.exchange = openExchange({ request, reply }, deps);
  const refusal = admit(request.raw, deps) ?? malformed('the address cannot be read');
  await refuseStranger(request, reply, { refusal, deps });
}

/** What is no HTTP, or has more headers than are read. There is no request to record: a line of its own for whoever sent it. */
function answerUnreadable(fault: NodeJS.ErrnoException, socket: Socket, deps: ControlDeps): void {
  if (fault.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const refusal = unreadableRefusal(fault);
  const body = JSON.stringify(errorBody(refusal, deps.newId('req')));
  const status = `${statusOf(refusal)} ${STATUS_CODES[statusOf(refusal)]}`;
  const head = `HTTP/1.1 ${status}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n`;
  socket.end(head + body);
}

function unreadableRefusal({ code }: NodeJS.ErrnoException): ControlRefusal {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return {
        code: 'headers-too-large',
        message: 'the headers are larger than any that are needed here',
        next: 'send fewer',
      };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return malformed(`the request took more than ${limits.requestMs / 1000} s to arrive`, 'send it again');
    default:
      return malformed('the request is not HTTP that can be read in one way only');
  }
}
