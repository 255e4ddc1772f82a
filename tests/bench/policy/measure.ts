/** One way of answering the requests: `decide` answers the request of that number. */
export type Contender = { readonly name: string; readonly decide: (at: number) => boolean };

export type Figures = {
  readonly perSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly allowed: number;
};

/** All contenders take turns, so that whatever else the machine does disturbs each of them alike. The best turn counts for speed. */
export function measureAll(contenders: readonly Contender[], requests: number): readonly Figures[] {
  const turns = 5;
  const best = contenders.map(() => ({ perSecond: 0 }));
  const times = contenders.map((): number[] => []);
  for (const contender of contenders) runFor(contender, requests, 500);
  for (let turn = 0; turn < turns; turn += 1) {
    for (const [at, contender] of contenders.entries()) {
      const perSecond = runFor(contender, requests, 400);
      if (perSecond > (best[at]?.perSecond ?? 0)) best[at] = { perSecond };
      times[at]?.push(...timeEach(contender, requests, 100));
    }
  }
  return contenders.map(({ decide }, at) => {
    const sorted = (times[at] ?? []).sort((a, b) => a - b);
    const share = (of: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * of))] ?? Number.NaN;
    const allowed = Array.from({ length: requests }, (_, request) => decide(request)).filter(Boolean).length;
    return { perSecond: best[at]?.perSecond ?? 0, p50Us: share(0.5), p99Us: share(0.99), allowed };
  });
}

/**
 * Decisions a second of processor time, whole: nothing is measured inside. On a machine with nothing else to do that is a
 * second; on a busy one, what the engine takes stays the same and what a second gives it does not.
 */
function runFor({ decide }: Contender, requests: number, ms: number): number {
  const started = process.cpuUsage();
  let [done, usedMs] = [0, 0];
  while (usedMs < ms) {
    const until = done + 500;
    while (done < until) {
      decide(done % requests);
      done += 1;
    }
    usedMs = usedSince(started);
  }
  return (done / usedMs) * 1000;
}

export function usedSince(started: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000;
}

/** Each decision by itself, in microseconds. Looking at the clock is in it. */
function timeEach({ decide }: Contender, requests: number, ms: number): readonly number[] {
  const times: number[] = [];
  const endsMs = performance.now() + ms;
  for (let at = 0; times.length < 50_000; at += 1) {
    const startedMs = performance.now();
    decide(at % requests);
    const endedMs = performance.now();
    times.push((endedMs - startedMs) * 1000);
    if (endedMs > endsMs) break;
  }
  return times;
}
