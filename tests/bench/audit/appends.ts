import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import type { AuditRecord, Personal } from '@modelward/audit';
import { createSealer } from '@modelward/audit';
import { refusalAt } from './entries.ts';
import { cpuMeter, machine, newBenchPlace, openBenchRecord, row } from './place.ts';

const rates = [1000, 20_000, 100_000];
const seconds = 5;

/** Open loop: entries come when they come, and the time of each runs from when it was due. */
export async function benchAppends(): Promise<void> {
  console.log(
    `\nDurable, signed appends, open loop, ${seconds} s each; time from when an entry was due to its receipt, ms`,
  );
  for (const rate of rates) await benchRate('bare log', rate);
  for (const rate of rates) await benchRate('full record', rate);
}

type Kind = 'bare log' | 'full record';

async function benchRate(kind: Kind, rate: number): Promise<void> {
  const place = newBenchPlace();
  const record = await openBenchRecord(place, kind === 'full record' ? { seal: createSealer(keysInMemory()) } : {});
  const cpu = cpuMeter();
  const { times, refused } = await offer(record, kind, rate);
  const used = cpu(times.length);
  times.sort();
  const at = (share: number) =>
    (times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN).toFixed(2);
  const figures = `p50 ${at(0.5)}, p99 ${at(0.99)}, p99.9 ${at(0.999)}, max ${at(1)}`;
  row(
    `${kind}, ${rate.toLocaleString('en')}/s`,
    `${figures}; ${times.length} acknowledged, ${refused} refused; ${used}; ${machine()}`,
  );
  await record.close();
  place.remove();
}

/** Each person's key, as a server has it after the first entry. */
function keysInMemory() {
  const keys = new Map<string, KeyObject>();
  return {
    ensure: (subject: string): KeyObject => {
      const key = keys.get(subject) ?? createSecretKey(randomBytes(32));
      keys.set(subject, key);
      return key;
    },
  };
}

/** Arrivals are a Poisson process, looked after every millisecond: waiting for the next one computes nothing. */
async function offer(record: AuditRecord, kind: Kind, rate: number): Promise<{ times: Float64Array; refused: number }> {
  const times = new Float64Array(rate * seconds);
  let [done, refused, offered] = [0, 0, 0];
  const waiting: Promise<void>[] = [];
  const startMs = performance.now();
  let dueMs = startMs;
  const send = (due: number, at: number) => {
    const event = refusalAt(at);
    const personal: Personal = { subject: event.actor.id, values: { address: '203.0.113.9', named: 'fraud.scorer' } };
    const answered = kind === 'full record' ? record.append(event, personal) : record.append(event);
    waiting.push(
      answered.then(
        () => {
          times[done] = performance.now() - due;
          done += 1;
        },
        () => {
          refused += 1;
        },
      ),
    );
  };
  while (offered < times.length) {
    const now = performance.now();
    while (dueMs <= now && offered < times.length) {
      send(dueMs, offered);
      offered += 1;
      dueMs += (-Math.log(1 - Math.random()) * 1000) / rate;
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(waiting);
  return { times: times.subarray(0, done), refused };
}
