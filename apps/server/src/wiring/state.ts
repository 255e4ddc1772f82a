import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createAccess, readBundle } from '@modelward/access';
import {
  type AuditRecord,
  createPseudonyms,
  createRecordIndex,
  createSealer,
  createSubjectKeyStore,
  loadMasterKeys,
  loadSecretKey,
  openRecord,
  openSubjectKeys,
  type Sealer,
} from '@modelward/audit';
import { createIdentity } from '@modelward/identity';
import { createCompiledEngine, type PolicyBundle } from '@modelward/policy';
import { type Database, openDatabase } from '@modelward/storage';
import type { Config } from '../config/load-config.ts';
import { originOf } from '../config/origins.ts';
import { loadApplication } from './application.ts';
import { holdDataFolder } from './data-folder.ts';
import { databaseFile, policiesFolder, recordFolder, validatedBundlesFile } from './folders.ts';
import { newId } from './ids.ts';
import { ensureLogIdentity } from './log-identity.ts';
import { createOpened, type Opened } from './opened.ts';
import { createRemoteEngine } from './remote-engine.ts';
import { rememberValidated } from './validated-bundles.ts';
import { linkWitnesses } from './witnesses.ts';

/** The database of this configuration; `npx modelward` tools open it as the server does. */
export async function openConfiguredDatabase({ storage, dataFolder }: Config): Promise<Database> {
  if (storage.kind === 'sqlite') return openDatabase({ kind: 'sqlite', file: databaseFile(dataFolder) });
  try {
    return await openDatabase(storage);
  } catch (fault) {
    const { code, message } = fault as NodeJS.ErrnoException;
    // Without the URL: it holds the password.
    const why = code ?? message;
    throw new Error(
      `the PostgreSQL of \`storage.url\` cannot be used (${why}); check that it runs and lets this user in`,
    );
  }
}

/** The record of this data folder. A fault of its disk ends the process: nothing may be answered that is not recorded. */
export async function openConfiguredRecord(
  config: Config,
  onFault: (fault: unknown) => void,
  seal?: Sealer,
): Promise<AuditRecord> {
  mkdirSync(config.keyFolder, { recursive: true, mode: 0o700 });
  return openRecord({
    folder: recordFolder(config.dataFolder),
    keyFolder: config.keyFolder,
    ...ensureLogIdentity(config.dataFolder),
    nowMs: Date.now,
    onFault,
    ...(seal === undefined ? {} : { seal }),
    witnesses: (log) => linkWitnesses(config, log),
    onWitnessTrouble: (trouble) => process.stderr.write(`${trouble}\n`),
  });
}

type Opening = {
  readonly config: Config;
  /** Who holds the folder, for a second one that wants it. */
  readonly purpose: string;
  readonly onFault: (fault: unknown) => void;
};

/** Everything that has state, opened in the order in which one needs another, and closed the other way round. */
export async function openState(opening: Opening) {
  const opened = createOpened();
  try {
    opened.add(holdDataFolder(opening.config.dataFolder, opening.purpose).release);
    // Before anything is written: a bundle that is refused leaves no trace.
    const bundle = await loadPolicies();
    const application = await loadApplication(opening.config);
    return { ...(await openAll(opening, { bundle, opened })), application };
  } catch (fault) {
    await opened.close();
    throw fault;
  }
}

export type State = Awaited<ReturnType<typeof openState>>;

async function loadPolicies(): Promise<PolicyBundle> {
  const bundle = await readBundle(policiesFolder, rememberValidated(validatedBundlesFile));
  if (bundle.ok) return bundle.value;
  const flaws = bundle.reason.map(({ file, message }) => `  ${file}: ${message}`);
  throw new Error(['the policy bundle is refused:', ...flaws].join('\n'));
}

function keyFault(fault: unknown): void {
  process.stderr.write(`a key for sealed values could not be kept: ${fault}\n`);
}

/** The index follows the record, so that a question finds it nearly done. */
function keepIndex({ tables }: Database, record: AuditRecord) {
  // What goes wrong with an index costs answers to questions, and no proof.
  const onFault = (fault: unknown) => process.stderr.write(`the index of the record: ${fault}\n`);
  const index = createRecordIndex({ tables, record, onFault });
  const timer = setInterval(() => void index.catchUpSoon(), indexMs).unref();
  const close = async () => {
    clearInterval(timer);
    await index.close();
  };
  return { ...index, close };
}

const indexMs = 5000;

type Beginning = { readonly bundle: PolicyBundle; readonly opened: Opened };

async function openAll({ config, onFault }: Opening, { bundle, opened }: Beginning) {
  const database = await openConfiguredDatabase(config);
  opened.add(database.close);
  const subjects = createSubjectKeyStore(database.tables);
  const masters = loadMasterKeys(config.keyFolder);
  const subjectKeys = await openSubjectKeys({ store: subjects, masters, onFault: keyFault });
  opened.add(subjectKeys.settled);
  const record = await openConfiguredRecord(config, onFault, createSealer(subjectKeys));
  opened.add(record.close);
  const recordIndex = keepIndex(database, record);
  opened.add(recordIndex.close);
  const pseudonyms = createPseudonyms(loadSecretKey(join(config.keyFolder, 'pseudonyms.key')));
  const engine = createCompiledEngine(bundle);
  const access = createAccess({ database, engine, remote: createRemoteEngine(config), nowMs: Date.now, newId });
  const origin = originOf(config, 'control');
  const identity = createIdentity({
    database,
    nowMs: Date.now,
    randomBytes: (length: number) => randomBytes(length),
    key: loadSecretKey(join(config.keyFolder, 'identity.key')),
    relyingParty: { hostName: new URL(origin).hostname, origin },
    isPrivileged: access.isPrivileged,
  });
  return {
    database,
    subjects,
    subjectKeys,
    record,
    recordIndex,
    bundle,
    pseudonyms,
    identity,
    access,
    close: opened.close,
  };
}
