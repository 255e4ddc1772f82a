import { setImmediate as turn } from 'node:timers/promises';
import type { AuditEvent } from '@modelward/contract';
import { afterEach, describe, expect, it } from 'vitest';
import type { GatewayDeps } from './exchange.ts';
import { answering, closeAll, listenHttp, openDoor, send } from './testing/door.ts';

afterEach(closeAll);

const get = 'GET /api/2.0/mlflow/registered-models/get?name=open-model';
const hidden = 'GET /api/2.0/mlflow/registered-models/get?name=hidden-model';

class Unavailable extends Error {
  readonly why: 'full' | 'other';
  constructor(why: 'full' | 'other') {
    super(why);
    this.why = why;
  }
}

const isRecordUnavailable = (fault: unknown) => (fault instanceof Unavailable ? fault.why : undefined);
const refuse = (why: 'full' | 'other') => async () => {
  throw new Unavailable(why);
};

async function openBefore(deps: Partial<GatewayDeps>) {
  const upstreamPort = await listenHttp(answering({}));
  return openDoor({ upstreamPort, deps: { isRecordUnavailable, ...deps } });
}

describe('a decision that cannot be recorded', () => {
  it.each([get, hidden])('answers 503, whatever it was, and nothing is done: %s', async (line) => {
    const door = await openBefore({ append: refuse('other') });
    const answer = await send(door, line);
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      503,
      { error_code: 'TEMPORARILY_UNAVAILABLE', message: expect.stringContaining('nothing was done') },
    ]);
    expect(door.counts.take().upstream).toBeUndefined();
    expect(answer.headers).not.toHaveProperty('modelward-receipt');
  });

  it('because the disk is full is refused in the reserve, with its receipt', async () => {
    const reserve: AuditEvent[] = [];
    const door = await openBefore({
      append: refuse('full'),
      appendRefusal: async (event: AuditEvent) => ({ origin: 'modelward/test', index: reserve.push(event) + 6 }),
    });
    const answer = await send(door, get);
    expect([answer.status, answer.headers['modelward-receipt']]).toEqual([503, 'modelward/test 7']);
    expect(reserve).toMatchObject([{ type: 'decision', decision: 'deny', reasons: ['record-full'] }]);
    expect(door.counts.take().upstream).toBeUndefined();
  });

  it('not even in the reserve is refused all the same', async () => {
    const door = await openBefore({ append: refuse('full'), appendRefusal: refuse('full') });
    expect((await send(door, get)).status).toBe(503);
    expect([door.faults, door.counts.take().upstream]).toEqual([[], undefined]);
  });

  it('because of a fault is a fault, and nothing is done', async () => {
    const door = await openBefore({
      append: async () => {
        throw new TypeError('no such event');
      },
    });
    expect((await send(door, get)).status).toBe(500);
    expect([door.faults.length, door.counts.take().upstream]).toEqual([1, undefined]);
  });
});

describe('a decision that takes long to record', () => {
  it('holds back the upstream, and a refusal, until it is durable', async () => {
    let release = (): void => undefined;
    const durable = new Promise<void>((resolve) => {
      release = resolve;
    });
    let asked = 0;
    const door = await openBefore({
      append: async () => {
        asked += 1;
        await durable;
        return { origin: 'modelward/test', index: 0 };
      },
    });
    const answered: number[] = [];
    const sent = [get, hidden].map(async (line) => answered.push((await send(door, line)).status));
    while (asked < 2) await turn();
    for (let turns = 0; turns < 50; turns += 1) await turn();
    expect([answered, door.counts.take().upstream]).toEqual([[], undefined]);
    release();
    await Promise.all(sent);
    expect(answered.sort()).toEqual([200, 404]);
  });
});

describe('an outcome that cannot be recorded', () => {
  it('is reported, and the answer has left', async () => {
    let appended = 0;
    const door = await openBefore({
      append: async () => {
        appended += 1;
        if (appended > 1) throw new Unavailable('other');
        return { origin: 'modelward/test', index: 0 };
      },
    });
    expect((await send(door, get)).status).toBe(200);
    await door.drained();
    expect(door.faults).toEqual([expect.any(Unavailable)]);
  });
});

describe('a policy decision point that fails', () => {
  it('allows nothing, and is reported', async () => {
    const door = await openBefore({
      decide: async () => {
        throw new Error('no facts');
      },
    });
    const answer = await send(door, get);
    expect([answer.status, JSON.parse(answer.body).error_code]).toEqual([500, 'INTERNAL_ERROR']);
    expect([door.log, door.faults.length, door.counts.take().upstream]).toEqual([[], 1, undefined]);
  });
});
