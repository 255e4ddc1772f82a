import type { AuditEntry } from '@modelward/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askControl, createControlClient } from '../support/control-client.ts';
import {
  type Administrator,
  addFirstPasskey,
  addPerson,
  enrolAdministrator,
  type House,
  type Person,
  signInWithPasskey,
  startHouse,
} from '../support/house.ts';
import { verifyRecord } from '../support/record.ts';
import { runCli } from '../support/run-cli.ts';

let house: House;
let root: Administrator;
let ben: Person;
let link: string;
beforeAll(async () => {
  house = await startHouse();
  root = await enrolAdministrator(house);
  ben = await addPerson(house, root, { name: 'ben' });
});
afterAll(async () => {
  await house.stop();
  await verifyRecord(house);
});

const recover = (...more: string[]) => runCli(['admin', 'recover', ...more], { cwd: house.folder });

describe('admin recover', () => {
  it('is refused while the server runs, which would have to be asked', () => {
    const { status, stderr } = recover();
    expect([status, stderr]).toEqual([1, expect.stringContaining('is in use by a Modelward server')]);
    expect(stderr).toContain('the server has to be stopped');
  });

  it('with the server stopped wants to know who, when more than one could be meant', async () => {
    await root.call('role-links.assign', { role: 'security-admin', principal: 'ben', scope: 'organization' });
    await root.call('people.suspend', { name: 'ben' });
    await house.stop();
    const { status, stderr } = recover();
    expect([status, stderr]).toEqual([1, expect.stringContaining('ben, root administer; add --name NAME')]);
    expect(recover('--name', 'nobody').stderr).toContain('there is no person `nobody`; these administer: ben, root');
  });

  it('prints a one-time link that the server takes once it runs again', async () => {
    const { status, stdout, stderr } = recover('--name', 'ben');
    expect([status, stderr]).toEqual([0, expect.stringContaining('ben administers again; start the server')]);
    link = stdout.trim();
    expect(link).toMatch(new RegExp(`^${house.controlUrl}/enrol#secret=mw_enr_[\\w-]{43}$`));
  });

  it('lets a suspended person in with a new password and a new passkey, with the roles of an administrator', async () => {
    house = await startHouse({ folder: house.folder });
    const password = 'nine quiet ladders lean';
    const secret = link.split('#secret=')[1] ?? '';
    const redeemed = await createControlClient(house.controlUrl)('enrolments.redeem', { secret, password });
    expect(redeemed).toMatchObject({ account: { name: 'ben' }, session: { missing: 'factor-setup' } });
    // The passkey that was lost with the password opens nothing any more.
    await expect(signInWithPasskey(house, ben)).rejects.toMatchObject({ status: 401 });
    const { call } = await addFirstPasskey(house, redeemed.session.secret);
    await call('projects.add', { key: 'mended', title: 'Mended' });
    await call('people.add', { name: 'cyd' });
    const old = await askControl({ baseUrl: house.controlUrl, secret: ben.secret }, 'me', {});
    expect(old.status).toBe(401);
  });

  it('is in the record as what the owner of the files did', async () => {
    const { entries } = await createControlClient(house.controlUrl, root.secret)('audit.entries', {
      from: 0,
      limit: 500,
    });
    const all = entries.map(({ entry, index }) => ({ index, ...(entry as AuditEntry) }));
    const decision = all.find((entry) => entry.type === 'decision' && entry.asked[0]?.action === 'admin.recover');
    expect(decision).toMatchObject({ decision: 'allow', interface: 'cli', reasons: ['files-owner'] });
    const changes = all.flatMap((entry) =>
      entry.type === 'change' && entry.of === decision?.index ? [entry.what] : [],
    );
    expect(changes).toEqual(['account.activated', 'role.assigned', 'account.recovered']);
    expect(JSON.stringify(all)).not.toContain(link.split('#secret=')[1]);
  });
});
