import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Upstream, UpstreamAnswer } from '@modelward/contract';
import { type Dispatcher, errors, Pool } from 'undici';
import { UpstreamFault } from './upstream-fault.ts';

export type UpstreamLocation =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'url'; readonly url: string };

type Options = {
  readonly location: UpstreamLocation;
  readonly headersTimeoutMs?: number;
  readonly bodyTimeoutMs?: number;
};

/** A real MLflow server, over a Unix socket or TCP, on pooled connections. */
export function createHttpUpstream({ location, headersTimeoutMs = 60_000, bodyTimeoutMs = 60_000 }: Options) {
  const origin = location.kind === 'socket' ? 'http://localhost' : new URL(location.url).origin;
  const pool = new Pool(origin, {
    connections: 64,
    headersTimeout: headersTimeoutMs,
    bodyTimeout: bodyTimeoutMs,
    connect: { timeout: 5_000, ...(location.kind === 'socket' ? { socketPath: location.path } : {}) },
  });
  const upstream: Upstream = {
    async send({ method, target, headers, body, signal }) {
      try {
        const answer = await pool.request({
          method: method as Dispatcher.HttpMethod,
          path: target,
          headers,
          body: (body ?? null) as Dispatcher.DispatchOptions['body'],
          signal,
        });
        return asAnswer(answer);
      } catch (fault) {
        if (signal.aborted) throw fault;
        throw new UpstreamFault(isTimeout(fault) ? 'slow' : 'down', fault);
      }
    },
  };
  return { upstream, isOpen: () => isOpen(pool, location), isAlive: () => isAlive(pool), close: () => pool.destroy() };
}

function asAnswer({ statusCode, headers, body }: Dispatcher.ResponseData): UpstreamAnswer {
  const single: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    single[name] = Array.isArray(value) ? value.join(', ') : (value ?? '');
  return { status: statusCode, headers: single, body };
}

function isTimeout(fault: unknown): boolean {
  return fault instanceof errors.HeadersTimeoutError || fault instanceof errors.BodyTimeoutError;
}

/**
 * Whether somebody other than Modelward could use the upstream. A socket is closed by its folder (the socket itself is
 * 0666): nobody else may enter it. A URL that answers a call without a credential is open to whoever reaches it.
 */
async function isOpen(pool: Pool, location: UpstreamLocation): Promise<boolean> {
  if (location.kind === 'socket') {
    const folder = await stat(dirname(location.path));
    return (folder.mode & 0o077) !== 0 || (process.getuid !== undefined && folder.uid !== process.getuid());
  }
  return isAlive(pool);
}

async function isAlive(pool: Pool): Promise<boolean> {
  try {
    const answer = await pool.request({ method: 'GET', path: '/health', signal: AbortSignal.timeout(5_000) });
    await answer.body.dump();
    return answer.statusCode === 200;
  } catch {
    return false;
  }
}
