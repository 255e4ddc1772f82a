import type { RemoteAnswer, RemoteEngine } from '@modelward/access';
import { fromUtf8, ok, parseStrictJson, refused } from '@modelward/basics';
import { authzenDecisions, authzenPaths } from '@modelward/contract';
import type { Config } from '../config/load-config.ts';

const usualTimeoutMs = 1000;
const mostAnswerBytes = 1024 * 1024;

/** The decision point that `policy.engine` names. Undefined: our own decides. */
export function createRemoteEngine({ policy: { engine } }: Config): RemoteEngine | undefined {
  if (engine.kind !== 'authzen' || engine.url === undefined) return undefined;
  const { url, timeoutMs = usualTimeoutMs } = engine;
  return async (evaluations) => {
    try {
      const response = await fetch(`${url}${authzenPaths.evaluations}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify({ evaluations }),
        // Elsewhere would be another decision point than the one that was named.
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
      if (response.status !== 200 || response.body === null) return refused('engine-malformed');
      return readAnswer(await readBytes(response.body));
    } catch (fault) {
      return refused(
        fault instanceof DOMException && fault.name === 'TimeoutError' ? 'engine-timeout' : 'engine-unreachable',
      );
    }
  };
}

/** Undefined when it is more than any answer to what was asked. */
async function readBytes(body: ReadableStream<Uint8Array>): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > mostAnswerBytes) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function readAnswer(bytes: Uint8Array | undefined): RemoteAnswer {
  const text = bytes === undefined ? undefined : fromUtf8(bytes);
  const json = text === undefined ? undefined : parseStrictJson(text);
  const answer = json?.ok ? authzenDecisions.safeParse(json.value) : undefined;
  return answer?.success ? ok(answer.data.evaluations.map(({ decision }) => decision)) : refused('engine-malformed');
}
