import { hash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type Administrator,
  addPerson,
  enrolAdministrator,
  freePort,
  type House,
  startHouse,
} from '../support/house.ts';
import { verifyRecord } from '../support/record.ts';
import { runCliHere } from '../support/run-cli.ts';

/* What an auditor does with the record, by the command line and by plain HTTP. */

let house: House;
let root: Administrator;
let auditor: string;
let key: string;

beforeAll(async () => {
  house = await startHouse({ environment: { MODELWARD_RECORD_PUBLIC: 'true' } });
  root = await enrolAdministrator(house);
  await root.call('projects.add', { key: 'fraud', title: 'Fraud', listed: false });
  const person = await addPerson(house, root, { name: 'ada', roles: [['auditor', 'organization']] });
  auditor = person.secret;
  key = /modelward\/\w+\+\w+\+\S+/.exec(house.printed())?.[0] ?? '';
  await published((await root.call('audit.entries', { limit: 1 })).size - 1);
});
afterAll(async () => {
  await house.stop();
  await verifyRecord(house);
});

const file = (name: string) => join(house.folder, name);

/** As the auditor, against the server. */
function type(line: string) {
  const env = { MODELWARD_SERVER: house.controlUrl, MODELWARD_TOKEN: auditor };
  return runCliHere(line.split(' '), { cwd: house.folder, env });
}

async function done(line: string): Promise<string> {
  const { status, stdout, stderr } = await type(line);
  expect(status, `${line}\n${stdout}${stderr}`).toBe(0);
  return stdout;
}

async function sizeOf(path: string): Promise<number> {
  return Number((await (await fetch(path)).text()).split('\n')[1]);
}

/** Entries are published within a second. */
async function published(index: number): Promise<void> {
  await vi.waitFor(
    async () => expect(await sizeOf(`${house.controlUrl}/record/checkpoint`)).toBeGreaterThan(index),
    5000,
  );
}

async function copyOfRecord(name: string): Promise<string> {
  await cp(join(house.folder, 'data', 'record'), file(name), { recursive: true, filter: (path) => !/wal/.test(path) });
  return file(name);
}

describe('the public record', () => {
  it('gives the checkpoint and the hash tiles to anybody, and entries to nobody without a credential', async () => {
    const rows = [
      ['checkpoint', 200, 'text/plain; charset=utf-8', 'no-store'],
      [
        `tile/0/000.p/${await sizeOf(`${house.controlUrl}/record/checkpoint`)}`,
        200,
        'application/octet-stream',
        'public',
      ],
      ['tile/0/999', 404, 'application/json', 'no-store'],
      ['tile/0/00', 404, 'application/json', 'no-store'],
      ['tile/64/000', 404, 'application/json', 'no-store'],
      ['tile/0/000.p/0', 404, 'application/json', 'no-store'],
      ['tile/entries/000.p/1', 401, 'application/json', 'no-store'],
      ['tile/0', 401, 'application/json', 'no-store'],
      ['wal/0000000001', 401, 'application/json', 'no-store'],
      ['tile/0/..%2f..%2fwal', 400, 'application/json', 'no-store'],
    ] as const;
    for (const [path, status, type, cache] of rows) {
      const answer = await fetch(`${house.controlUrl}/record/${path}`);
      expect([path, answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual([
        path,
        status,
        expect.stringContaining(type),
        expect.stringContaining(cache),
      ]);
    }
  });
});

describe('audit verify --since', () => {
  it('reads only what came after the checkpoint that was kept', async () => {
    expect(await done(`audit verify --key ${key} --save ${file('kept')}`)).toContain('verified: modelward/');
    const kept = Number(readFileSync(file('kept'), 'utf8').split('\n')[1]);
    await root.call('people.list', {});
    await published(kept);
    const stdout = await done(`audit verify --since ${file('kept')}`);
    expect(stdout).toContain(`it goes on from the checkpoint that you kept, at ${kept} entries`);
  });

  it('refuses a checkpoint that the log did not sign', async () => {
    writeFileSync(file('forged'), readFileSync(file('kept'), 'utf8').replace(/\n\d+\n/, '\n1\n'));
    const { status, stderr } = await type(`audit verify --since ${file('forged')}`);
    expect([status, stderr]).toEqual([2, expect.stringContaining('is no checkpoint of this log')]);
  });
});

describe('audit receipt', () => {
  it('is verified offline with the key alone, and is false once a byte of it is changed', async () => {
    const answer = await fetch(`${house.controlUrl}/api/v1/people`, {
      headers: { authorization: `Bearer ${root.secret}` },
    });
    const [, index = ''] = (answer.headers.get('modelward-receipt') ?? '').split(' ');
    await published(Number(index));
    await done(`audit receipt ${index} --out ${file('receipt')}`);
    const offline = { cwd: file('nobody-was-here') };
    const verify = (name: string) => runCliHere(['audit', 'verify-receipt', file(name), '--key', key], offline);
    const { status, stdout } = await verify('receipt');
    expect([status, stdout]).toEqual([0, expect.stringContaining(`verified: entry ${index} of modelward/`)]);
    expect(stdout).toContain(answer.headers.get('x-request-id'));
    const lines = readFileSync(file('receipt'), 'utf8').split('\n');
    for (const [at, line] of lines.entries()) {
      // A cosignature counts for whoever names the witness, and is nothing to anybody else.
      if (line === '' || line.includes('/witness ')) continue;
      const changed = line.replace(/[A-Za-z0-9]/, (one) => (one === 'A' ? 'B' : 'A'));
      writeFileSync(file('changed'), lines.with(at, changed).join('\n'));
      const { status: refused, stdout: said } = await verify('changed');
      expect([at, refused, said]).toEqual([at, expect.toSatisfy((code) => code === 1 || code === 2), '']);
    }
  });

  it('of an entry that is not there says how many there are', async () => {
    const { status, stderr } = await type(`audit receipt 999999 --out ${file('none')}`);
    expect([status, stderr]).toEqual([1, expect.stringContaining('there is no such entry')]);
  });
});

describe('audit history', () => {
  it('finds all that was decided about a name and how it ended, and says which entries it covered', async () => {
    await root.call('role-links.assign', { role: 'viewer', principal: 'ada', scope: 'project:fraud' });
    const { size } = await root.call('audit.entries', { limit: 1 });
    await published(size - 1);
    const { status, stdout, stderr } = await type('audit history project:fraud');
    expect([status, stderr]).toEqual([
      0,
      expect.stringMatching(/complete for entries 0 to \d+ of modelward\/\w+, all verified/),
    ]);
    expect(stdout).toContain('role.assign project fraud');
    expect(stdout).toContain('project.created');
    expect(stdout).toContain('ended: 200 complete');
    const { ids } = await root.call('audit.ids', { name: 'project:fraud' });
    const whole = await root.call('audit.entries', { from: 0, limit: 500 });
    const about = whole.entries.filter(({ entry }) => ids.some((id) => JSON.stringify(entry).includes(id)));
    const shown = (await done('audit history project:fraud --json')).trim().split('\n');
    const indices = new Set(shown.map((line) => (JSON.parse(line) as { index: number }).index));
    expect(about.filter(({ index }) => !indices.has(index))).toEqual([]);
  });

  it('is refused where an entry was changed', async () => {
    const folder = await copyOfRecord('changed-record');
    const size = Number(readFileSync(join(folder, 'checkpoint'), 'utf8').split('\n')[1]);
    const bundle = join(folder, 'tile', 'entries', `000.p/${size}`);
    const bytes = readFileSync(bundle);
    bytes[40] = (bytes[40] ?? 0) ^ 1;
    await cp(bundle, `${bundle}.copy`);
    writeFileSync(`${bundle}.copy`, bytes, { mode: 0o600 });
    await cp(`${bundle}.copy`, bundle, { force: true });
    const { status, stdout, stderr } = await type(`audit history prj_x --folder ${folder}`);
    expect([status, stdout, stderr]).toEqual([1, '', expect.stringContaining('is not whole')]);
  });
});

describe('audit query', () => {
  it('answers from the index, the newest first, and says that it is one', async () => {
    const { status, stdout, stderr } = await type('audit query --actor root --action project.create');
    expect([status, stderr]).toEqual([0, expect.stringContaining('from an index, not a proof')]);
    expect(stdout).toMatch(/^ +\d+ .* ALLOW {2}\S+ {2}project\.create organization/);
    expect(await done('audit query --outcome deny --about project:nothing')).toBe('');
    const json = (await done('audit query --about person:ada --limit 2 --json')).trim().split('\n');
    expect(json).toHaveLength(2);
    expect(await done('audit query --rebuild --actor root --action project.create')).toBe(stdout);
  });

  it.each([
    ['audit query --outcome perhaps', 2, '`perhaps` is no outcome'],
    ['audit query --since yesterday', 2, '`yesterday` is no time'],
    ['audit query --about nonsense', 1, 'is no `project:key`'],
  ])('%s is refused', async (line, status, says) => {
    expect(await type(line)).toMatchObject({ status, stdout: '', stderr: expect.stringContaining(says) });
  });
});

describe('audit export', () => {
  const rowsIn = (name: string) => readFileSync(file(name), 'utf8').trim().split('\n');
  /** With a session: a bearer token exports nothing. */
  const exporting = (line: string, env: Record<string, string> = {}) =>
    runCliHere(line.split(' '), {
      cwd: house.folder,
      env: { MODELWARD_SERVER: house.controlUrl, MODELWARD_TOKEN: auditor, ...env },
    });

  it('adds to a file what is new, each row with its index and a leaf hash that the log holds', async () => {
    expect((await exporting(`audit export --to ${file('rows')}`)).status).toBe(0);
    const first = rowsIn('rows').length;
    await root.call('people.list', {});
    await published((await root.call('audit.entries', { limit: 1 })).size - 1);
    expect((await exporting(`audit export --to ${file('rows')}`)).status).toBe(0);
    const rows = rowsIn('rows').map(
      (line) => JSON.parse(line) as { metadata: { sequence: number }; unmapped: Unmapped },
    );
    expect(rows.map(({ metadata }) => metadata.sequence)).toEqual(rows.map((_, at) => at));
    expect(rows.length).toBeGreaterThan(first);
    const record = await copyOfRecord('exported-record');
    const size = Number(readFileSync(join(record, 'checkpoint'), 'utf8').split('\n')[1]);
    const hashes = readFileSync(join(record, 'tile', '0', `000.p/${size}`));
    for (const [at, { unmapped }] of rows.entries())
      expect(unmapped.tlog.leaf_hash).toBe(hashes.subarray(at * 32, at * 32 + 32).toString('base64'));
    const { entries } = await root.call('audit.query', { action: 'record.exported' });
    expect(entries).toHaveLength(2);
  });

  it('sends to a webhook again what was not taken, and goes on from its cursor', async () => {
    const got: string[] = [];
    let refusals = 1;
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (part) => (body += part));
      request.on('end', () => {
        if (refusals > 0) response.writeHead(503);
        else got.push(...body.trim().split('\n'));
        expect(request.headers.authorization).toBe('Splunk of-the-test');
        refusals -= 1;
        response.end();
      });
    });
    const port = await freePort();
    await once(server.listen(port, '127.0.0.1'), 'listening');
    const line = `audit export --format jsonl --webhook http://127.0.0.1:${port}/in --cursor ${file('hook')}`;
    const env = { MODELWARD_WEBHOOK_AUTHORIZATION: 'Splunk of-the-test' };
    const sent = await exporting(line, env);
    expect([sent.status, sent.stderr]).toEqual([0, expect.stringContaining('it answered 503; again in 0.5 s')]);
    expect((await exporting(line, env)).status).toBe(0);
    expect(got.map((row) => (JSON.parse(row) as { index: number }).index)).toEqual(got.map((_, at) => at));
    server.close();
  });

  it.each([
    ['audit export', 2, 'it is not said where to'],
    ['audit export --to x --format cef', 2, '`cef` is no format'],
    ['audit export --webhook http://siem.example.com/in', 2, 'is no webhook that rows may go to'],
  ])('%s is refused', async (line, status, says) => {
    expect(await exporting(line)).toMatchObject({ status, stdout: '', stderr: expect.stringContaining(says) });
  });
});

type Unmapped = { readonly tlog: { readonly leaf_hash: string } };

describe('audit pack', () => {
  it('is evidence that verifies by itself', async () => {
    expect(await done(`audit pack ${file('pack')} --since 2026-01-01 --with-record`)).toContain('entries 0 to ');
    for (const line of readFileSync(file('pack/SHA256SUMS'), 'utf8').trim().split('\n')) {
      const [sum = '', name = ''] = line.split('  ');
      expect([name, hash('sha256', readFileSync(file(join('pack', name))), 'hex')]).toEqual([name, sum]);
    }
    const offline = { cwd: file('nobody-was-here') };
    const whole = await runCliHere(['audit', 'verify', '--folder', file('pack/record'), '--key', key], offline);
    expect([whole.status, whole.stdout]).toEqual([0, expect.stringContaining('verified: modelward/')]);
    const last = await runCliHere(['audit', 'verify-receipt', file('pack/last.tlog-proof'), '--key', key], offline);
    expect(last.status).toBe(0);
    const report = readFileSync(file('pack/report.txt'), 'utf8');
    expect(report).toContain('every entry, every tile, the root and the signature');
    expect(report).toContain('independent witnesses: 0');
    expect(await type(`audit pack ${file('pack')}`)).toMatchObject({ status: 2 });
    expect(await type(`audit pack ${file('none')} --until 2020-01-01`)).toMatchObject({ status: 1 });
  });
});
