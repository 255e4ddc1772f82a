import { Pool } from 'undici';

export type Load = {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly errors: number;
};

type LoadOptions = {
  readonly origin: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  /** Sent by POST, as JSON. */
  readonly body?: string;
  readonly clients: number;
  readonly seconds: number;
};

/** Closed loop: each client sends its next request when the last one was answered. */
export async function load({ origin, path, headers = {}, body: sent, clients, seconds }: LoadOptions): Promise<Load> {
  const pool = new Pool(origin, { connections: clients });
  const times: number[] = [];
  let errors = 0;
  const endsMs = performance.now() + seconds * 1000;
  const request =
    sent === undefined
      ? ({ method: 'GET', path, headers } as const)
      : ({ method: 'POST', path, headers: { 'content-type': 'application/json', ...headers }, body: sent } as const);
  const client = async () => {
    while (performance.now() < endsMs) {
      const startedMs = performance.now();
      const { statusCode, body } = await pool.request(request);
      await body.dump();
      if (statusCode === 200) times.push(performance.now() - startedMs);
      else errors += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  await pool.close();
  times.sort((a, b) => a - b);
  return { requestsPerSecond: times.length / seconds, p50Ms: at(times, 0.5), p99Ms: at(times, 0.99), errors };
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
