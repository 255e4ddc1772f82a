import { type Endpoint, type EndpointName, endpointNames, endpoints } from '@modelward/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { conduct } from './conduct.ts';
import type { ControlDeps } from './deps.ts';
import type { Done } from './handler.ts';
import type { InFlight } from './in-flight.ts';
import { recordOutcome } from './record.ts';
import { noteStranger, refuse, writeReceipt } from './respond.ts';

/** Binds every endpoint of the contract to its address. */
export function bindEndpoints(app: FastifyInstance, deps: ControlDeps, inFlight: InFlight): void {
  for (const name of endpointNames) {
    const { method, path, access }: Endpoint = endpoints[name];
    app.route({
      method,
      url: path.replace(/\{\w+\*\}$/, '*').replaceAll(/\{(\w+)\}/g, ':$1'),
      config: {
        endpoint: name,
        beforeSetUp: name === 'enrolments.redeem',
        credential: access === 'open' ? 'nobody' : 'caller',
      },
      handler: (request, reply) => answer({ name, request, reply }, deps, inFlight),
    });
  }
}

type Asked = { readonly name: EndpointName; readonly request: FastifyRequest; readonly reply: FastifyReply };

async function answer({ name, request, reply }: Asked, deps: ControlDeps, inFlight: InFlight): Promise<FastifyReply> {
  const { exchange } = request;
  const body = request.body as Uint8Array | undefined;
  exchange.bytesIn = body?.length ?? 0;
  let end: 'complete' | 'refused' = 'refused';
  try {
    const raw = { params: paramsOf(request), target: request.url, body };
    const result = await conduct({ name, raw, exchange }, deps);
    if (result.ok) {
      end = 'complete';
      return send(reply, name, { exchange, done: result.value });
    }
    if (exchange.receipt === undefined && exchange.caller === undefined) noteStranger(exchange, deps, result.reason);
    return refuse(reply, exchange, result.reason);
  } finally {
    inFlight.track(
      exchange.closed.then((whole) =>
        recordOutcome(exchange, deps, { status: reply.statusCode, end: whole ? end : 'client-gone' }),
      ),
    );
  }
}

function paramsOf(request: FastifyRequest): Record<string, string> {
  const { '*': path, ...params } = request.params as Record<string, string>;
  return path === undefined ? params : { ...params, path };
}

type Sending = { readonly exchange: FastifyRequest['exchange']; readonly done: Done<EndpointName> };

function send(reply: FastifyReply, name: EndpointName, { exchange, done }: Sending): FastifyReply {
  const { output }: Endpoint = endpoints[name];
  writeReceipt(reply, exchange);
  reply.headers({ 'content-type': 'application/json; charset=utf-8', ...done.headers });
  // The contract's shape decides what leaves: whatever else an object holds (a hash of a secret) stays here.
  const bytes =
    output === 'octets'
      ? Buffer.from(done.output as Uint8Array)
      : Buffer.from(JSON.stringify(output.parse(done.output)));
  exchange.bytesOut = bytes.length;
  return reply.send(bytes);
}
