import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { limits } from './limits.ts';
import { createLoad, type Ticket } from './load.ts';
import { closeAll, openDoor, send } from './testing/door.ts';

afterEach(closeAll);

describe('the load', () => {
  it('never goes beyond its limits, and what has left makes room', () => {
    const step = fc.record({ who: fc.nat({ max: 3 }), bytes: fc.nat({ max: 64 * 1024 * 1024 }), leaves: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 1500 }), (steps) => {
        const load = createLoad();
        const inside: { ticket: Ticket; who: string; bytes: number }[] = [];
        for (const { who, bytes, leaves } of steps) {
          if (leaves) inside.pop()?.ticket.leave();
          const ticket = load.enter();
          expect(ticket === undefined).toBe(inside.length >= limits.requestsAtOnce);
          if (ticket === undefined) continue;
          const own = inside.filter((one) => one.who === `acc_${who}`).length;
          const held = inside.reduce((sum, one) => sum + one.bytes, 0);
          const isClaimed = ticket.claim(`acc_${who}`);
          expect(isClaimed).toBe(own < limits.requestsPerPrincipal);
          const isHeld = ticket.hold(bytes);
          expect(isHeld).toBe(held + bytes <= limits.heldBytes);
          inside.push({ ticket, who: isClaimed ? `acc_${who}` : '', bytes: isHeld ? bytes : 0 });
        }
        for (const { ticket } of inside) ticket.leave();
        expect(load.enter()?.hold(limits.heldBytes)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('beyond what one may have on the way answers 503 with when to come again, and says so in the record', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let waiting = 0;
    const door = await openDoor({
      deps: {
        upstream: {
          send: async () => {
            waiting += 1;
            await held;
            return { status: 200, headers: {}, body: (async function* () {})() };
          },
        },
      },
    });
    const get = 'GET /api/2.0/mlflow/registered-models/get?name=open-model';
    const all = Array.from({ length: limits.requestsPerPrincipal }, () => send(door, get));
    while (waiting < limits.requestsPerPrincipal) await new Promise(setImmediate);
    const answer = await send(door, get);
    expect([answer.status, answer.headers['retry-after'], JSON.parse(answer.body).error_code]).toEqual([
      503,
      '1',
      'TEMPORARILY_UNAVAILABLE',
    ]);
    expect(door.log.at(-1)).toMatchObject({ type: 'decision', decision: 'deny', reasons: ['busy'] });
    release();
    expect(new Set((await Promise.all(all)).map(({ status }) => status))).toEqual(new Set([200]));
    expect((await send(door, get)).status).toBe(200);
  });
});
