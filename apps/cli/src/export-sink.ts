import { appendFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { Problem } from './problem.ts';
import { isLoopback } from './server-address.ts';

/** Where rows go. It returns when they have arrived. */
export type Sink = (rows: readonly string[]) => Promise<void>;

const limits = { requestMs: 30_000, tries: 6, firstWaitMs: 500 } as const;

export function fileSink(file: string): Sink {
  return async (rows) => appendFileSync(file, rows.map((row) => `${row}\n`).join(''), { mode: 0o600, flush: true });
}

type Webhook = {
  readonly url: string;
  readonly authorization: string | undefined;
  readonly note: (line: string) => void;
};

/** Lines of JSON by POST. What is not taken is sent again, ever more slowly, and then the export ends where it is. */
export function webhookSink({ url, authorization, note }: Webhook): Sink {
  const target = readTarget(url);
  const headers = {
    'content-type': 'application/x-ndjson',
    ...(authorization === undefined ? {} : { authorization }),
  };
  const send = async (body: string): Promise<string | undefined> => {
    try {
      const signal = AbortSignal.timeout(limits.requestMs);
      const answer = await fetch(target, { method: 'POST', headers, body, redirect: 'error', signal });
      await answer.body?.cancel();
      return answer.ok ? undefined : `it answered ${answer.status}`;
    } catch (fault) {
      const { code } = ((fault as Error).cause ?? {}) as NodeJS.ErrnoException;
      return code ?? (fault as Error).message;
    }
  };
  return async (rows) => {
    const body = rows.map((row) => `${row}\n`).join('');
    let pauseMs: number = limits.firstWaitMs;
    for (let tries = 1; ; tries += 1) {
      const trouble = await send(body);
      if (trouble === undefined) return;
      if (tries >= limits.tries)
        throw new Problem(
          `${target.origin} did not take the rows in ${limits.tries} tries: ${trouble}`,
          'run the same command again once it does; it goes on where it ended',
        );
      note(`${target.origin}: ${trouble}; again in ${pauseMs / 1000} s`);
      await wait(pauseMs);
      pauseMs *= 2;
    }
  };
}

function readTarget(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isFit = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  if (url !== undefined && isFit && url.username === '' && url.password === '') return url;
  throw new Problem(
    `\`${text}\` is no webhook that rows may go to`,
    'give an https URL without a user; a secret goes into MODELWARD_WEBHOOK_AUTHORIZATION',
    2,
  );
}
