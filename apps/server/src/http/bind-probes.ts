import type { FastifyInstance } from 'fastify';
import type { ControlDeps } from './deps.ts';
import { writeReceipt } from './respond.ts';

/** For whatever watches the process: alive, and ready to serve. They say yes or no and nothing about anybody. */
export function bindProbes(app: FastifyInstance, deps: ControlDeps): void {
  const config = { beforeSetUp: true };
  app.route({
    method: ['GET', 'HEAD'],
    url: '/healthz',
    config,
    handler: async (request, reply) => {
      writeReceipt(reply, request.exchange);
      return { alive: true };
    },
  });
  app.route({
    method: ['GET', 'HEAD'],
    url: '/readyz',
    config,
    handler: async (request, reply) => {
      writeReceipt(reply, request.exchange);
      const parts = await deps.readiness();
      // Storage that does not answer cannot say whether there is an administrator.
      const setUp = parts.storage && (await deps.isSetUp());
      const ready = setUp && Object.values(parts).every(Boolean);
      return reply.code(ready ? 200 : 503).send({ ready, ...parts, setUp });
    },
  });
}
