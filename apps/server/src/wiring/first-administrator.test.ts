import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { password } from '../../../../tests/support/house.ts';
import { startTestServer, type TestServer } from '../testing/server.ts';

describe('at a terminal', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ isTerminal: true });
  });
  afterAll(() => server.stop());
  const told = () => server.told.join('\n');

  it('a start shows the link with the secret, and leaves no file with it', () => {
    expect(told()).toMatch(/\n {2}http:\/\/localhost:\d+\/enrol#first=mw_enr_[\w-]{43}\n/);
    expect(existsSync(join(server.folder, 'data', 'first-administrator.txt'))).toBe(false);
  });

  it('a start says what a person needs next', () => {
    expect(told()).toContain(`Control API: ${server.controlUrl} · MLflow interface: ${server.trackingUri}`);
    expect(told()).toContain(`export MLFLOW_TRACKING_URI=${server.trackingUri}`);
    expect(told()).toContain('npx modelward token create');
    expect(told()).toContain(join(server.folder, 'data', 'record'));
    expect(told()).toMatch(/verifier key: modelward\/\w+\+[0-9a-f]{8}\+\S+/);
  });

  it('the secret that it shows is the one that is good', async () => {
    const [, secret = ''] = /#first=(\S+)/.exec(told()) ?? [];
    expect((await server.ask('enrolments.redeem', { secret, name: 'ada', password })).status).toBe(200);
  });
});
