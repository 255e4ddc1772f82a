import { createHash } from 'node:crypto';
import { createCompiledEngine, loadBundle } from '@modelward/policy';
import { casbin } from './casbin.ts';
import { casl } from './casl.ts';
import { statefulCedar } from './cedar.ts';
import { type Contender, type Figures, measureAll, usedSince } from './measure.ts';
import { compileScenario, fromJson, fromSlices, resident } from './ours.ts';
import { entities, policies, requests, schema } from './scenario.ts';

/** The policy engine beside those that it is compared with, in one run. */
export async function benchPolicy(): Promise<void> {
  await benchDecisions();
  benchLinks();
  benchLoad();
}

async function benchDecisions(): Promise<void> {
  const compiled = compileScenario();
  const contenders: readonly Contender[] = [
    resident(compiled, 'compiled'),
    fromJson(compiled, 'compiled, context from JSON'),
    fromSlices(compiled, 'compiled, entities with each request'),
    casl('CASL, ability kept', 'kept'),
    casl('CASL, ability rebuilt', 'rebuilt'),
    await casbin('casbin, enforceSync'),
    statefulCedar('cedar-wasm, stateful'),
  ];
  console.log(
    `\nDecisions: 40 policies, ${entities.length} entities, ${requests.length} requests, one thread, full diagnostics, string ids;\n  a second of processor time, best of five turns; p50 and p99 by the clock`,
  );
  mustAgree(contenders[0], contenders.at(-1));
  const figures = measureAll(contenders, requests.length);
  const ours = figures[0]?.perSecond ?? 0;
  row(['', 'a second', 'p50 µs', 'p99 µs', 'allowed', 'ours is']);
  for (const [at, { name }] of contenders.entries()) {
    const { perSecond, p50Us, p99Us, allowed } = figures[at] as Figures;
    const ratio = `${(ours / perSecond).toFixed(ours / perSecond < 10 ? 2 : 0)}x`;
    row([name, Math.round(perSecond).toLocaleString('en'), p50Us.toFixed(2), p99Us.toFixed(2), allowed, ratio]);
  }
  console.log('  (CASL and casbin decide what they can express of it, so that their counts differ)');
}

/** A figure for something that decides otherwise would be no figure. */
function mustAgree(ours: Contender | undefined, cedar: Contender | undefined): void {
  const wrong = requests.findIndex((_, at) => ours?.decide(at) !== cedar?.decide(at));
  if (wrong >= 0) throw new Error(`request ${wrong} is decided otherwise than by Cedar`);
}

const roles = ['use', 'manage', 'use'].map(
  (group, at) =>
    `permit (principal in ?principal, action in Action::"${group}", resource in ?resource) when { context.risk < ${30 + at} };`,
);

function benchLinks(): void {
  const compiled = compileScenario(roles.join('\n'));
  const few = compiled.links();
  const many = compiled.links();
  const link = (at: number, user: number, type: string, id: string) => ({
    id: `l${at}`,
    template: `policy${40 + (at % 3)}`,
    principal: { type: 'User', id: `u${user}` },
    resource: { type, id },
  });
  for (let at = 0; at < 10; at += 1) {
    few.add(link(at, at, 'Project', `p${at}`));
    many.add(link(at, at, 'Project', `p${at}`));
  }
  // A third to the same people on other scopes, a third on the same scopes to others, a third to others on others.
  const startedMs = performance.now();
  for (let at = 10; at < 1_000_000; at += 1) {
    const others = 1000 + at;
    if (at % 3 === 0) many.add(link(at, at % 10, 'Model', `x${at}`));
    else if (at % 3 === 1) many.add(link(at, others, 'Project', `p${at % 10}`));
    else many.add(link(at, others, 'Model', `x${at}`));
  }
  const indexedMs = performance.now() - startedMs;
  const contenders = [resident(compiled, 'ten role links', few), resident(compiled, 'a million role links', many)];
  const [ten, million] = measureAll(contenders, requests.length) as [Figures, Figures];
  console.log('\nDecisions with role links: templates filled by principal and scope');
  row(['', 'a second', 'p50 µs', 'p99 µs', 'allowed']);
  for (const [at, { perSecond, p50Us, p99Us, allowed }] of [ten, million].entries()) {
    row([
      contenders[at]?.name ?? '',
      Math.round(perSecond).toLocaleString('en'),
      p50Us.toFixed(2),
      p99Us.toFixed(2),
      allowed,
    ]);
  }
  console.log(
    `  a million takes ${(ten.perSecond / million.perSecond).toFixed(2)} times as long as ten; indexed in ${(indexedMs / 1000).toFixed(1)} s`,
  );
}

function benchLoad(): void {
  const one = policies.split(/\n(?=@id)/).filter((text) => text.includes('@id('));
  const texts = Array.from({ length: 500 }, (_, at) => {
    const text = one[at % one.length] ?? '';
    return text.replace(/@id\("([^"]+)"\)/, (_all, id: string) => `@id("${id}-${at}")`).replace(/^\/\/.*$/gm, '');
  });
  const files = [
    { path: 'schema.cedarschema', text: schema },
    { path: 'manifest.json', text: '{"name": "bench", "version": "1"}' },
    { path: 'permits/all.cedar', text: texts.filter((text) => !text.includes('\nforbid')).join('\n') },
    { path: 'guardrails/all.cedar', text: texts.filter((text) => text.includes('\nforbid')).join('\n') },
  ];
  const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  console.log('\nA bundle of 500 policies, parsed, validated and compiled, the first time and after it');
  row(['', 'processor', 'clock', 'compiling']);
  for (const turn of ['first', 'second', 'third']) {
    const [started, startedMs] = [process.cpuUsage(), performance.now()];
    const bundle = loadBundle(files, digest);
    if (!bundle.ok) throw new Error(JSON.stringify(bundle.reason.slice(0, 3)));
    const loadedMs = usedSince(started);
    createCompiledEngine(bundle.value);
    const [usedMs, passedMs] = [usedSince(started), performance.now() - startedMs];
    row([turn, ...[usedMs, passedMs, usedMs - loadedMs].map((ms) => `${ms.toFixed(0)} ms`)]);
  }
}

function row(cells: readonly (string | number)[]): void {
  console.log(
    `  ${cells.map((cell, at) => (at === 0 ? String(cell).padEnd(38) : String(cell).padStart(12))).join('')}`,
  );
}
