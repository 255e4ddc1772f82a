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

/** Decisions a second, whole: nothing is measured inside. */
function runFor({ decide }: Contender, requests: number, ms: number): number {
  const startedMs = performance.now();
  let [done, elapsedMs] = [0, 0];
  while (elapsedMs < ms) {
    const until = done + 100;
    while (done < until) {
      decide(done % requests);
      done += 1;
    }
    elapsedMs = performance.now() - startedMs;
  }
  return (done / elapsedMs) * 1000;
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
