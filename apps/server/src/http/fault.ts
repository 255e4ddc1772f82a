import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { recordUnreadable } from './conduct.ts';
import type { ControlDeps } from './deps.ts';
import { limits } from './limits.ts';
import { type ControlRefusal, fault as innerFault, malformed, recordUnavailable } from './refusal.ts';
import { noteStranger, refuse } from './respond.ts';

/** What stopped a request before or outside of its endpoint: a body that is not read, or a fault of ours. */
export async function answerFault(
  fault: FastifyError,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  deps: ControlDeps,
): Promise<FastifyReply> {
  const { exchange } = request;
  const refusal = bodyRefusal(fault);
  if (refusal === undefined) {
    deps.report(fault, exchange.requestId);
    return refuse(reply, exchange, innerFault);
  }
  const name = request.routeOptions.config.endpoint;
  if (exchange.caller === undefined || name === undefined) {
    noteStranger(exchange, deps, refusal);
    return refuse(reply, exchange, refusal);
  }
  try {
    await recordUnreadable({ name, exchange, refusal }, deps);
    return refuse(reply, exchange, refusal);
  } catch (unrecorded) {
    if (deps.record.isUnavailable(unrecorded) === undefined) throw unrecorded;
    return refuse(reply, exchange, recordUnavailable);
  }
}

export function bodyRefusal({ code, statusCode }: FastifyError): ControlRefusal | undefined {
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return {
        code: 'too-large',
        message: `the body is larger than ${limits.bodyBytes} bytes`,
        next: 'send less; artifacts go through the MLflow interface',
      };
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return {
        code: 'unsupported-media-type',
        message: 'the body is of a type that is not read here',
        next: 'send JSON, with `content-type: application/json`',
      };
    default:
      return statusCode !== undefined && statusCode < 500 ? malformed('the body cannot be read') : undefined;
  }
}
