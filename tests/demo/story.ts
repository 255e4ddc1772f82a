import { cpSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createControlClient } from '../support/control-client.ts';
import { type Administrator, addPerson, enrolAdministrator, type House, type Person } from '../support/house.ts';
import { runCli } from '../support/run-cli.ts';
import { type MlflowAnswer, speakMlflow } from './mlflow-protocol.ts';

/** Says what happens; `expect` makes the story end when something did not happen as told. */
export type Teller = { readonly chapter: (text: string) => void; readonly tell: (text: string) => void };

type Cast = {
  readonly house: House;
  readonly administrator: Administrator;
  readonly auditor: Person;
  readonly teller: Teller;
};

/** Who is in it, and how they get in by hand: each recovery code stands in for the second factor once. */
type Told = Pick<Person, 'name' | 'recoveryCodes'>;

/** Returns the people of the story. */
export async function tellStory(house: House, teller: Teller): Promise<readonly Told[]> {
  teller.chapter('The first administrator is made with the one-time link; two projects and three people follow');
  const administrator = await enrolAdministrator(house);
  await administrator.call('projects.add', { key: 'fraud', title: 'Fraud detection', listed: true });
  await administrator.call('projects.add', { key: 'churn', title: 'Customer churn', listed: true });
  const ada = await addPerson(house, administrator, { name: 'ada', roles: [['data-scientist', 'project:fraud']] });
  const ben = await addPerson(house, administrator, { name: 'ben', roles: [['data-scientist', 'project:churn']] });
  const auditor = await addPerson(house, administrator, { name: 'olga', roles: [['auditor', 'organization']] });
  teller.tell('ada: data-scientist on fraud · ben: data-scientist on churn · olga: auditor');
  const cast = { house, administrator, auditor, teller };
  await adaTrains(cast, ada);
  await benIsRefused(cast, ben);
  await tokenIsStolen(cast, ada);
  await auditorVerifies(cast);
  await byteIsFlipped(cast);
  return [{ ...administrator, name: 'root' }, ada, ben, auditor];
}

async function adaTrains(cast: Cast, ada: Person): Promise<void> {
  cast.teller.chapter('Ada logs a run and registers a model, with the MLflow protocol and nothing else');
  const ask = speakMlflow(cast.house.trackingUri, ada.token);
  const experiment = await allowed(
    cast,
    'create experiment fraud-nightly',
    ask('POST', 'mlflow/experiments/create', { name: 'fraud-nightly' }),
  );
  const run = await allowed(
    cast,
    'start a run',
    ask('POST', 'mlflow/runs/create', { experiment_id: experiment.experiment_id }),
  );
  const runId = (run.run as { info: { run_id: string } }).info.run_id;
  await allowed(
    cast,
    'log metric auc',
    ask('POST', 'mlflow/runs/log-metric', { run_id: runId, key: 'auc', value: 0.91, timestamp: Date.now() }),
  );
  const path = `${experiment.experiment_id}/${runId}/artifacts/model/weights.bin`;
  await allowed(cast, 'upload the weights', ask('PUT', `mlflow-artifacts/artifacts/${path}`, 'weights'));
  await allowed(
    cast,
    'create model fraud-scorer',
    ask('POST', 'mlflow/registered-models/create', { name: 'fraud-scorer' }),
  );
  const source = `runs:/${runId}/model`;
  await allowed(
    cast,
    'register version 1',
    ask('POST', 'mlflow/model-versions/create', { name: 'fraud-scorer', source, run_id: runId }),
  );
  await allowed(
    cast,
    'set alias @candidate',
    ask('POST', 'mlflow/registered-models/alias', { name: 'fraud-scorer', alias: 'candidate', version: '1' }),
  );
}

async function benIsRefused(cast: Cast, ben: Person): Promise<void> {
  cast.teller.chapter('Ben, of another project, tries to read the model and to move its alias');
  const ask = speakMlflow(cast.house.trackingUri, ben.token);
  const read = await refused(
    cast,
    403,
    'read fraud-scorer',
    ask('GET', 'mlflow/registered-models/get?name=fraud-scorer'),
  );
  assert(
    String(read.message).includes('ask for the role `viewer` on model `fraud-scorer`'),
    'the refusal says whom to ask for what',
  );
  const alias = { name: 'fraud-scorer', alias: 'champion', version: '1' };
  await refused(cast, 403, 'set alias @champion', ask('POST', 'mlflow/registered-models/alias', alias));
}

async function tokenIsStolen(cast: Cast, ada: Person): Promise<void> {
  cast.teller.chapter("A thief finds Ada's token; Ada revokes it");
  const thief = speakMlflow(cast.house.trackingUri, ada.token);
  await allowed(cast, 'the thief reads the model', thief('GET', 'mlflow/registered-models/get?name=fraud-scorer'));
  const startedMs = performance.now();
  await ada.call('tokens.revoke', { id: ada.tokenId });
  const gone = await thief('GET', 'mlflow/registered-models/get?name=fraud-scorer');
  assert(gone.status === 401, 'the revoked token is refused');
  cast.teller.tell(
    `the thief tries again, ${(performance.now() - startedMs).toFixed(0)} ms after Ada began to revoke it: 401 ${gone.body.message}`,
  );
}

async function auditorVerifies({ house, auditor, teller }: Cast): Promise<void> {
  teller.chapter('The auditor reads the record and verifies it');
  const { size } = await auditor.call('audit.entries', { limit: 1 });
  const names = await fetch(`${house.trackingUri}/api/2.0/mlflow/registered-models/get?name=fraud-scorer`, {
    headers: { authorization: `Bearer ${auditor.token}` },
  });
  teller.tell(
    `${size} entries so far; the auditor's own look at the model: ${names.status} (an auditor reads the record, no model)`,
  );
  const verified = runCli(['audit', 'verify', '--server', house.controlUrl], {
    cwd: house.folder,
    env: { MODELWARD_TOKEN: auditor.secret },
  });
  teller.tell(verified.stdout.trim().split('\n').join('\n  '));
  assert(verified.status === 0, `the record verifies: ${verified.stderr}`);
}

async function byteIsFlipped({ house, teller, auditor }: Cast): Promise<void> {
  teller.chapter('Somebody changes one byte in a copy of the record');
  const { verifierKey } = await auditor.call('audit.entries', { limit: 1 });
  const copy = join(house.folder, 'copied-record');
  cpSync(join(house.folder, 'data', 'record'), copy, { recursive: true });
  // Of the bundles of one size after the other, the one that the checkpoint stands on.
  const sizeOf = (file: string) => Number(file.split('/').at(-1));
  const bundles = globSync('tile/entries/*.p/*', { cwd: copy }).sort((a, b) => sizeOf(a) - sizeOf(b));
  const bundle = bundles.at(-1) ?? '';
  const bytes = readFileSync(join(copy, bundle));
  const at = Math.floor(bytes.length / 2);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(join(house.folder, 'flipped'), bytes);
  cpSync(join(house.folder, 'flipped'), join(copy, bundle), { force: true });
  const caught = runCli(['audit', 'verify', '--folder', copy, '--key', verifierKey], { cwd: house.folder });
  teller.tell(`${caught.stdout}${caught.stderr}`.trim());
  assert(caught.status !== 0, 'the flipped byte is caught');
}

async function allowed(cast: Cast, what: string, asking: Promise<MlflowAnswer>): Promise<Record<string, unknown>> {
  const answer = await asking;
  assert(answer.status === 200, `${what}: ${answer.status} ${JSON.stringify(answer.body)}`);
  cast.teller.tell(`${what}: ${await decisionOf(cast, answer)}`);
  return answer.body;
}

async function refused(
  cast: Cast,
  status: number,
  what: string,
  asking: Promise<MlflowAnswer>,
): Promise<Record<string, unknown>> {
  const answer = await asking;
  assert(answer.status === status, `${what} is refused with ${status}, not ${answer.status}`);
  cast.teller.tell(`${what}: ${await decisionOf(cast, answer)}\n  ${status} ${answer.body.message}`);
  return answer.body;
}

/** What the record says of an answer, found by the receipt that came with it. */
async function decisionOf({ auditor, house }: Cast, { recordIndex }: MlflowAnswer): Promise<string> {
  assert(recordIndex !== undefined, 'the answer carries a receipt');
  const { entries } = await createControlClient(house.controlUrl, auditor.secret)('audit.entries', {
    from: recordIndex ?? 0,
    limit: 1,
  });
  const entry = entries[0]?.entry;
  assert(entry?.type === 'decision', 'the receipt leads to the decision');
  return entry?.type === 'decision' ? `${entry.decision} (${entry.reasons.join(', ')}), record ${recordIndex}` : '';
}

function assert(holds: boolean, what: string): void {
  if (!holds) throw new Error(`this did not happen: ${what}`);
}
